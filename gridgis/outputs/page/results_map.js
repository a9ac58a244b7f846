// Draws results on a Leaflet map. A function of the map and of what `maps.py` prepared;
// every text in `data` went through map_text() and may be set as HTML.
(function (map, data) {
  "use strict";
  var BLANK = "-";
  var LABEL_CHAR_PX = 13, LABEL_MIN_PX = 24, MAX_LABELS = 300;
  var HATCHES = {
    cross: "M0 0L8 8M8 0L0 8", diagonal: "M-2 2L2 -2M0 8L8 0M6 10L10 6",
    dots: "M3 4h2", solid: "", blank: ""
  };
  var state = { rule: data.rule, hatch: data.hatch, picked: null };
  var listeners = [];
  var patterns = makePatterns();

  // --- colour ---------------------------------------------------------------------
  // Under one rule, what the rule is not about stays uncoloured.
  function digitOf(layer, index) {
    if (state.rule === null) { return layer.colours.charAt(index); }
    if (data.layers[state.rule.layer] !== layer) { return BLANK; }
    return layer.rules[state.rule.index].colours.charAt(index);
  }
  function shadeOf(layer, index) {
    var digit = digitOf(layer, index);
    return data.shades[digit === BLANK ? data.shades.length - 1 : Number(digit)];
  }
  function makePatterns() {
    var made = {};
    if (data.canvas) {
      data.shades.forEach(function (shade) {
        var tile = document.createElement("canvas");
        tile.width = tile.height = 8;
        var pen = tile.getContext("2d");
        pen.fillStyle = "#fff"; pen.fillRect(0, 0, 8, 8);
        pen.globalAlpha = 0.45; pen.fillStyle = shade.fill; pen.fillRect(0, 0, 8, 8);
        pen.globalAlpha = 1; pen.strokeStyle = "#222"; pen.lineWidth = 1.2;
        pen.stroke(new Path2D(HATCHES[shade.hatch]));
        made[shade.colour] = pen.createPattern(tile, "repeat");
      });
      return made;
    }
    var parts = data.shades.map(function (shade) {
      made[shade.colour] = "url(#gridgis-" + shade.colour + ")";
      return '<pattern id="gridgis-' + shade.colour + '" width="8" height="8"' +
        ' patternUnits="userSpaceOnUse"><rect width="8" height="8" fill="#fff"/>' +
        '<rect width="8" height="8" fill="' + shade.fill + '" fill-opacity="0.45"/><path d="' + HATCHES[shade.hatch] +
        '" stroke="#222" stroke-width="1.2" fill="none"/></pattern>';
    });
    var holder = document.createElement("div");
    holder.className = "gridgis-patterns";
    holder.innerHTML = '<svg width="0" height="0"><defs>' + parts.join("") + "</defs></svg>";
    document.body.appendChild(holder);
    return made;
  }
  function styleOf(layer, index) {
    var shade = shadeOf(layer, index);
    var isPicked = state.picked && state.picked.kind === layer.kind &&
      state.picked.index === index;
    // What no rule applies to is only outlined where it lies over other subjects.
    var isFaint = !layer.base && shade.colour === "none";
    return {
      color: isPicked ? "#10243e" : layer.base ? "#ffffff" : "#3b4a5c",
      weight: isPicked ? 4 : data.canvas ? 0.4 : layer.base ? 1.2 : 1,
      fillColor: state.hatch ? patterns[shade.colour] : shade.fill,
      fillOpacity: isFaint ? 0.12 : state.hatch ? 1 : layer.base ? 0.78 : 0.92,
      opacity: isFaint && !isPicked ? 0.45 : 1
    };
  }

  // --- words ----------------------------------------------------------------------
  function label(shade) { return shade.symbol + " " + shade.word; }
  function says(layer, rule, index) { return layer.sentences[rule.says[index]]; }
  // The rules that are not simply met, worst first.
  function amiss(layer, index) {
    return layer.rules.filter(function (rule) {
      var digit = rule.colours.charAt(index);
      return digit !== BLANK && Number(digit) < data.amiss;
    }).sort(function (one, other) {
      return Number(one.colours.charAt(index)) - Number(other.colours.charAt(index));
    });
  }
  function heading(layer, index) {
    var street = layer.streets[index] ? layer.streets[index] + " · " : "";
    return '<b class="gridgis-name">' + layer.names[index] + "</b>" +
      '<span class="gridgis-sub">' + street + layer.codes[index] + "</span>";
  }
  function tooltip(layer, index) {
    var shade = shadeOf(layer, index), lines = [];
    if (state.rule !== null && data.layers[state.rule.layer] === layer) {
      var rule = layer.rules[state.rule.index];
      lines.push(rule.title);
      if (rule.colours.charAt(index) !== BLANK) { lines.push(says(layer, rule, index)); }
    } else {
      var rules = amiss(layer, index);
      rules.slice(0, 4).forEach(function (rule) {
        var one = data.shades[Number(rule.colours.charAt(index))];
        lines.push(one.symbol + " " + rule.title + "：" + says(layer, rule, index));
      });
      if (rules.length > 4) { lines.push("另有 " + (rules.length - 4) + " 条"); }
    }
    return '<div class="gridgis-tip">' + heading(layer, index) +
      '<span class="gridgis-state" style="border-color:' + shade.fill + '">' + label(shade) +
      "</span>" + lines.filter(Boolean).map(function (line) {
        return '<span class="gridgis-line">' + line + "</span>";
      }).join("") + "</div>";
  }

  // --- layers ---------------------------------------------------------------------
  function build(layer) {
    layer.paths = new Array(layer.codes.length);
    var features = [];
    layer.shapes.forEach(function (shape, index) {
      if (!shape) { return; }
      var own = { kind: layer.kind, code: layer.codes[index], index: index };
      features.push({ type: "Feature", properties: own, geometry: shape });
    });
    layer.group = L.geoJSON({ type: "FeatureCollection", features: features }, {
      style: function (feature) { return styleOf(layer, feature.properties.index); },
      pointToLayer: function (feature, place) {
        return L.circleMarker(place, { radius: 6, fill: true });
      },
      onEachFeature: function (feature, path) {
        var index = feature.properties.index;
        layer.paths[index] = path;
        path.bindTooltip(function () { return tooltip(layer, index); },
          { sticky: true, className: "gridgis-tooltip", opacity: 1 });
        path.on("click", function () { pick(layer, index, false); });
      }
    });
    if (layer.visible) { layer.group.addTo(map); }
  }
  function buildFacilities(layer) {
    var dots = layer.places.map(function (place, index) {
      return L.circleMarker(place, {
        radius: 3.5, weight: 1, color: "#ffffff", fill: true, fillColor: "#26364d",
        fillOpacity: 1
      }).bindTooltip('<div class="gridgis-tip">' + layer.texts[index] + "</div>",
        { className: "gridgis-tooltip", opacity: 1 });
    });
    layer.group = L.featureGroup(dots);
    if (data.show_facilities) { layer.group.addTo(map); }
  }

  // --- labels: symbol and name where there is room for them ------------------------
  var labels = L.layerGroup().addTo(map);
  function relabel() {
    labels.clearLayers();
    var layer = data.layers[0], shown = 0, view = map.getBounds();
    if (!layer || !map.hasLayer(layer.group)) { return; }
    layer.anchors.forEach(function (anchor, index) {
      var path = layer.paths[index];
      if (!anchor || shown >= MAX_LABELS || !path.getBounds || !view.contains(anchor)) {
        return;
      }
      var bounds = path.getBounds();
      var width = map.latLngToLayerPoint(bounds.getNorthEast()).x -
        map.latLngToLayerPoint(bounds.getSouthWest()).x;
      var text = labelText(layer, index, width);
      if (!text) { return; }
      shown += 1;
      labels.addLayer(L.marker(anchor, {
        interactive: false, keyboard: false,
        icon: L.divIcon({ className: "gridgis-label", html: text, iconSize: null })
      }));
    });
  }
  function labelText(layer, index, width) {
    var shade = shadeOf(layer, index), name = layer.names[index];
    var symbol = shade.colour === "none" ? "" : shade.symbol;
    if (width > (name.length + 2) * LABEL_CHAR_PX) {
      return "<span>" + symbol + " " + name + "</span>";
    }
    return width > LABEL_MIN_PX && symbol ? "<span>" + symbol + "</span>" : "";
  }

  // --- legend ---------------------------------------------------------------------
  function counts(layer) {
    var found = data.shades.map(function () { return 0; });
    layer.codes.forEach(function (_, index) {
      found[data.shades.indexOf(shadeOf(layer, index))] += 1;
    });
    return found;
  }
  function swatch(shade) {
    var fill = state.hatch && !data.canvas ? patterns[shade.colour] : shade.fill;
    return '<svg class="gridgis-swatch" width="18" height="14"><rect width="18" height="14"' +
      ' fill="' + fill + '" stroke="#5b6675" stroke-width="0.6"/></svg>';
  }
  function legendHtml() {
    var layer = data.layers[state.rule === null ? 0 : state.rule.layer];
    if (!layer) { return ""; }
    var numbers = counts(layer);
    var title = state.rule === null ? layer.title + "综合结论" :
      layer.rules[state.rule.index].title;
    var rows = data.shades.map(function (shade, place) {
      return '<div class="gridgis-row">' + swatch(shade) + "<span>" + label(shade) +
        "</span><i>" +
        numbers[place].toLocaleString("zh-CN") + "</i></div>";
    });
    if (data.facilities.group && map.hasLayer(data.facilities.group)) {
      rows.push('<div class="gridgis-row"><b class="gridgis-dot"></b><span>' +
        data.facilities.title + "</span><i>" + data.facilities.places.length + "</i></div>");
    }
    return '<div class="gridgis-legend-title">' + title + "</div>" + rows.join("");
  }
  var legend = L.control({ position: "bottomright" });
  legend.onAdd = function () {
    this.box = L.DomUtil.create("div", "gridgis-legend");
    L.DomEvent.disableClickPropagation(this.box);
    this.box.innerHTML = legendHtml();
    return this.box;
  };

  // --- what pages call ------------------------------------------------------------
  function redraw() {
    map.getContainer().classList.toggle("gridgis-hatched", state.hatch);
    data.layers.forEach(function (layer) {
      layer.paths.forEach(function (path, index) {
        if (path) { path.setStyle(styleOf(layer, index)); }
      });
    });
    if (legend.box) { legend.box.innerHTML = legendHtml(); }
    relabel();
  }
  function pick(layer, index, fly) {
    state.picked = { kind: layer.kind, index: index };
    redraw();
    var path = layer.paths[index];
    if (path && path.bringToFront && layer.base) { path.bringToFront(); raise(); }
    if (path && fly) { show(path); }
    listeners.forEach(function (listen) { listen(layer, index); });
  }
  function raise() {
    data.layers.slice(1).concat(data.facilities).forEach(function (layer) {
      if (map.hasLayer(layer.group)) { layer.group.bringToFront(); }
    });
  }
  function show(path) {
    if (path.getBounds) { map.fitBounds(path.getBounds().pad(0.8), { maxZoom: 18, animate: false }); }
    else { map.setView(path.getLatLng(), Math.max(map.getZoom(), 16), { animate: false }); }
  }
  function unpick() { state.picked = null; redraw(); }
  function home() {
    var bounds = L.latLngBounds([]);
    data.layers.forEach(function (layer) { bounds.extend(layer.group.getBounds()); });
    // Room on the right for the legend, where the map is wide enough.
    var right = map.getSize().x > 700 ? 190 : 16;
    var room = { paddingTopLeft: [16, 16], paddingBottomRight: [right, 28], animate: false };
    if (bounds.isValid()) { map.fitBounds(bounds, room); }
    else { map.setView([35, 105], 4); }
  }
  // On paper the map has the paper's width, whatever the window had.
  var onScreen = null;
  function forPaper() {
    var style = map.getContainer().style;
    onScreen = { centre: map.getCenter(), zoom: map.getZoom(), hatch: state.hatch };
    style.width = "1030px"; style.height = "600px";
    settle(true);
    var picked = state.picked && data.layers.filter(function (layer) {
      return layer.kind === state.picked.kind;
    })[0].paths[state.picked.index];
    if (picked) { show(picked); } else { home(); }
  }
  function forScreen() {
    if (!onScreen) { return; }
    var style = map.getContainer().style;
    style.width = style.height = "";
    settle(onScreen.hatch);
    map.setView(onScreen.centre, onScreen.zoom, { animate: false });
    onScreen = null;
  }
  function settle(hatch) {
    state.hatch = hatch;
    map.invalidateSize({ animate: false, pan: false });
    redraw();
  }
  function start() {
    home();
    data.layers.forEach(function (layer) {
      var index = data.focus ? layer.codes.indexOf(data.focus) : -1;
      if (index < 0) { return; }
      state.picked = { kind: layer.kind, index: index };
      if (!layer.visible) { layer.group.addTo(map); }
      if (layer.paths[index]) { show(layer.paths[index]); }
    });
    redraw();
  }

  data.layers.forEach(function (layer, place) {
    layer.base = place === 0;
    // Grids would cover the communities they divide: shown when asked for.
    layer.visible = layer.base || layer.kind !== "grid" ||
      (data.rule !== null && data.rule.layer === place);
    build(layer);
  });
  buildFacilities(data.facilities);
  L.control.zoom({ zoomInTitle: "放大", zoomOutTitle: "缩小" }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  legend.addTo(map);
  start();
  map.on("zoomend moveend", relabel);
  window.addEventListener("beforeprint", forPaper);
  window.addEventListener("afterprint", forScreen);
  window.gridgis = {
    data: data, label: label, swatch: swatch, shadeOf: shadeOf, counts: counts, amiss: amiss,
    says: says, home: home, pick: pick, unpick: unpick, map: map,
    onPick: function (listen) { listeners.push(listen); },
    setRule: function (rule) { state.rule = rule; redraw(); },
    setHatch: function (on) { state.hatch = on; redraw(); },
    setFacilities: function (on) {
      if (on) { data.facilities.group.addTo(map); }
      else { map.removeLayer(data.facilities.group); }
      redraw();
    },
    setLayer: function (layer, on) {
      if (on) { layer.group.addTo(map); raise(); } else { map.removeLayer(layer.group); }
      relabel();
    }
  };
})
