"""The project file: one GeoPackage with the tables, their versions and the audit."""
