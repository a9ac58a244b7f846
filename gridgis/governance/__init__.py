"""What is red and why: colours, and later roll-up, targets, staffing and funds."""
