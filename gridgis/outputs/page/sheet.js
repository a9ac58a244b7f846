// The side of the one-file page: key figures, list, search, sheet of one subject. Works on
// `window.gridgis`, which results_map.js sets; its texts are escaped already.
(function () {
  "use strict";
  var MAX_ROWS = 500;
  var g = window.gridgis, data = g.data, BLANK = "-";
  var box = {};
  ["figures", "list", "sheet", "find", "rule", "hatch", "home", "layers", "foot"].forEach(
    function (name) { box[name] = document.getElementById("page-" + name); });
  var state = { colour: null, query: "" };

  function layerOf() {
    return data.layers[box.rule.value ? Number(box.rule.value.split("/")[0]) : 0];
  }
  function ruleOf(layer) {
    return box.rule.value ? layer.rules[Number(box.rule.value.split("/")[1])] : null;
  }
  function plain(html) {
    var holder = document.createElement("textarea");
    holder.innerHTML = html;
    return holder.value.toLowerCase();
  }

  // --- controls ---------------------------------------------------------------------
  function fillRules() {
    var options = ['<option value="">综合结论</option>'];
    data.layers.forEach(function (layer, number) {
      if (!layer.rules.length) { return; }
      options.push('<optgroup label="' + layer.title + '">');
      layer.rules.forEach(function (rule, index) {
        options.push('<option value="' + number + "/" + index + '">' + rule.title +
          "（" + rule.level + "）</option>");
      });
      options.push("</optgroup>");
    });
    box.rule.innerHTML = options.join("");
    if (data.rule) { box.rule.value = data.rule.layer + "/" + data.rule.index; }
  }
  function fillLayers() {
    data.layers.forEach(function (layer) {
      if (!layer.paths.some(Boolean)) { return; }
      toggle(layer.title, layer.visible, function (on) { g.setLayer(layer, on); });
    });
    if (data.facilities.places.length) {
      toggle(data.facilities.title, data.show_facilities, g.setFacilities);
    }
  }
  function toggle(title, on, change) {
    var label = document.createElement("label");
    label.innerHTML = '<input type="checkbox"' + (on ? " checked" : "") + "> " + title;
    label.firstChild.addEventListener("change", function () { change(this.checked); });
    box.layers.appendChild(label);
  }

  // --- figures and list ----------------------------------------------------------------
  function drawFigures() {
    var layer = layerOf(), numbers = g.counts(layer);
    box.figures.innerHTML = data.shades.map(function (shade, place) {
      var pressed = state.colour === place;
      return '<button type="button" data-place="' + place + '" aria-pressed="' + pressed +
        '" style="border-left-color:' + shade.fill + '"><b>' +
        numbers[place].toLocaleString("zh-CN") + "</b>" +
        g.label(shade) + "</button>";
    }).join("");
  }
  function rows() {
    var found = [];
    (box.rule.value ? [layerOf()] : data.layers).forEach(function (layer) {
      if (state.colour !== null && layer !== layerOf()) { return; }
      layer.codes.forEach(function (code, index) {
        var place = data.shades.indexOf(g.shadeOf(layer, index));
        if (!wanted(layer, index, place)) { return; }
        var rules = g.amiss(layer, index);
        found.push({ layer: layer, index: index, place: place, rules: rules });
      });
    });
    return found.sort(function (one, other) {
      return one.place - other.place || gap(other) - gap(one) ||
        other.rules.length - one.rules.length;
    });
  }
  // How far a subject falls short: the shares missing, of the rule shown or of all.
  function gap(row) {
    var rule = ruleOf(row.layer);
    return (rule ? [rule] : row.layer.rules).reduce(function (sum, one) {
      return sum + one.gaps[row.index];
    }, 0);
  }
  function wanted(layer, index, place) {
    if (state.query) {
      var text = [layer.names[index], layer.codes[index], layer.streets[index]].join(" ");
      if (plain(text).indexOf(state.query) < 0) { return false; }
    } else if (state.colour === null && place >= data.amiss) { return false; }
    return state.colour === null || place === state.colour;
  }
  function rowHtml(row, number) {
    var layer = row.layer, index = row.index, shade = data.shades[row.place];
    var rule = ruleOf(layer), lines = [];
    if (rule) {
      if (rule.colours.charAt(index) !== BLANK) { lines.push(g.says(layer, rule, index)); }
    } else {
      row.rules.slice(0, 2).forEach(function (one) {
        lines.push(one.title + "：" + g.says(layer, one, index));
      });
      if (row.rules.length > 2) { lines.push("等 " + row.rules.length + " 条"); }
    }
    var where = [layer.base ? "" : layer.title, layer.streets[index]].filter(Boolean).join(" · ");
    return '<button type="button" class="page-row" data-row="' + number + '">' +
      '<span class="page-mark" style="background:' + shade.fill + '">' + shade.symbol +
      "</span><span><b>" + layer.names[index] + "</b> <i>" + where +
      (layer.shapes[index] ? "" : "（无图形）") + "</i>" + lines.map(function (line) {
        return '<span class="page-line">' + line + "</span>";
      }).join("") + "</span></button>";
  }
  function drawList() {
    var found = rows(), shown = found.slice(0, MAX_ROWS);
    var title = state.query ? "查找结果" :
      state.colour === null ? "需要关注" : data.shades[state.colour].word;
    var more = found.length > shown.length ?
      '<p class="page-note">只列出前 ' + MAX_ROWS + " 项，全部见 report.xlsx。</p>" : "";
    var none = found.length ? "" : '<p class="page-note">没有符合条件的对象。</p>';
    box.list.innerHTML = "<h2>" + title + "（" + found.length + "）</h2>" + none +
      shown.map(rowHtml).join("") + more;
    box.list.onclick = function (event) {
      var button = event.target.closest("[data-row]");
      if (!button) { return; }
      var row = shown[Number(button.dataset.row)];
      g.pick(row.layer, row.index, true);
    };
  }

  // --- one subject ---------------------------------------------------------------------
  function openSheet(layer, index) {
    var shade = data.shades[Number(layer.colours.charAt(index))];
    var judged = layer.rules.filter(function (rule) {
      return rule.colours.charAt(index) !== BLANK;
    }).sort(function (one, other) {
      return Number(one.colours.charAt(index)) - Number(other.colours.charAt(index));
    });
    box.sheet.innerHTML = '<button type="button" class="page-back">← 返回列表</button>' +
      "<h2>" + layer.names[index] + '</h2><p class="page-note">' + layer.title + " · " +
      (layer.streets[index] ? layer.streets[index] + " · " : "") + layer.codes[index] +
      '</p><p class="page-verdict" style="border-color:' + shade.fill + '">' +
      g.label(shade) + "</p>" + judged.map(function (rule) {
        return ruleHtml(layer, rule, index);
      }).join("");
    box.sheet.querySelector(".page-back").addEventListener("click", closeSheet);
    box.sheet.hidden = false;
    box.list.hidden = true;
    box.sheet.scrollTop = 0;
  }
  function ruleHtml(layer, rule, index) {
    var shade = data.shades[Number(rule.colours.charAt(index))];
    return '<div class="page-rule" style="border-color:' + shade.fill + '"><b>' +
      rule.title + "</b><span>" + g.label(shade) + "</span><p>" +
      g.says(layer, rule, index) + '</p><p class="page-note">' +
      [rule.id, rule.level, rule.text, rule.source + rule.clause].filter(Boolean)
        .join(" · ") + "</p></div>";
  }
  function closeSheet() {
    box.sheet.hidden = true;
    box.list.hidden = false;
    g.unpick();
  }

  // --- together ------------------------------------------------------------------------
  function draw() { drawFigures(); drawList(); }
  box.rule.addEventListener("change", function () {
    var parts = box.rule.value.split("/").map(Number);
    if (box.rule.value) {
      g.setLayer(data.layers[parts[0]], true);
      g.setRule({ layer: parts[0], index: parts[1] });
    } else { g.setRule(null); }
    state.colour = null;
    box.sheet.hidden = true; box.list.hidden = false;
    draw();
  });
  box.find.addEventListener("input", function () {
    state.query = box.find.value.trim().toLowerCase();
    box.sheet.hidden = true; box.list.hidden = false;
    drawList();
  });
  box.figures.addEventListener("click", function (event) {
    var button = event.target.closest("[data-place]");
    if (!button) { return; }
    var place = Number(button.dataset.place);
    state.colour = state.colour === place ? null : place;
    box.sheet.hidden = true; box.list.hidden = false;
    draw();
  });
  box.hatch.addEventListener("change", function () { g.setHatch(box.hatch.checked); });
  box.home.addEventListener("click", g.home);
  data.layers.concat(data.facilities).forEach(function (layer) {
    if (layer.left_out) { box.foot.innerHTML += " · " + layer.left_out; }
  });
  fillRules();
  fillLayers();
  box.hatch.checked = data.hatch;
  g.onPick(openSheet);
  draw();
})();
