#!/usr/bin/env python3
"""Prints docs/devices.md from the device registry: device-docs.py PROGRAM [FILE]. With FILE: fails when it differs."""

import json
import pathlib
import subprocess
import sys

HEAD = """# Devices
Written by `tools/device-docs.py` from the device registry; do not edit. The same tables are printed by
`nullor devices` and `nullor devices NAME`. The equations and their sources stand at the head of each file of
`src/nullor/devices/`.

Nodes in brackets may be left out. "-" as default: computed from other parameters, or without effect, unless given.
Every parameter can be read, swept, altered and differentiated by: `r1:r` (element) or `nmod:vto` (model).
Any number may be a parameter expression in braces.
"(lwp)" after a name X: `lX`, `wX` and `pX` hold its dependence on length, width and their product.
"""
BINNED = ("its length dependence", "its width dependence", "its area dependence")


# Elements whose line holds more than nodes, a model and name=value.
LINES = {
    "r": "R<name> p n VALUE [MODEL]",
    "c": "C<name> p n VALUE [MODEL]",
    "l": "L<name> p n VALUE [MODEL]",
    "k": "K<name> L<a> L<b> ... COEFFICIENT",
    "v": "V<name> p n [dc VALUE] [ac MAGNITUDE [PHASE]] [FUNCTION(...)]",
    "i": "I<name> p n [dc VALUE] [ac MAGNITUDE [PHASE]] [FUNCTION(...)]",
    "e": "E<name> p n control+ control- GAIN",
    "g": "G<name> p n control+ control- GAIN",
    "f": "F<name> p n V<sense> GAIN",
    "h": "H<name> p n V<sense> GAIN",
    "w": "W<name> p n V<sense> MODEL",
}


def number(value):
    return f"{value:g}"


def section(device):
    out = [f"\n## {device['name']}", device["title"][0].upper() + device["title"][1:] + ".", "", "```text"]
    line = device["element"] + (" MODEL" if device["model_types"] else "")
    if device["name"] == "resistor_heated":
        line = "R<name> p n [tj] MODEL VALUE"
    else:
        line = LINES.get(device["letter"], line)
    out.append(line + " [name=value ...]")
    for kind in device["model_types"].split():
        level = f" level={device['levels'].split()[0]}" if device["levels"] and device["letter"] == "m" else ""
        given = f" {device['when_given']}=..." if device["when_given"] else ""
        out.append(f".model MODEL {kind}{level}{given} name=value ...")
    out.append("```")
    if device["internals"]:
        out.append("Internal unknowns: " + ", ".join(f"`{name}`" for name in device["internals"]) + ".")
    if device["parameters"]:
        out += ["", "| parameter | on | default | unit | meaning |", "|---|---|---|---|---|"]
    rows = {p["name"]: p for p in device["parameters"]}
    for p in device["parameters"]:
        if p["meaning"] in BINNED:
            continue
        names = "`" + "`, `".join([p["name"], *p.get("aliases", [])]) + "`"
        if rows.get("l" + p["name"], {}).get("meaning") == BINNED[0]:
            names += " (lwp)"
        default = number(p["default"]) if "default" in p else "-"
        where = "model" if p["of"] == "model" else "element"
        out.append(f"| {names} | {where} | {default} | {p['unit'].replace('|', '/')} | {p['meaning']} |")
    return out


def main():
    text = subprocess.run([sys.argv[1], "devices", "--json"], check=True, capture_output=True, text=True).stdout
    devices = json.loads(text)
    index = ["| letter | device | |", "|---|---|---|"]
    index += [f"| {d['letter'].upper()} | [{d['name']}](#{d['name']}) | {d['title']} |" for d in devices]
    lines = [HEAD, *index]
    for device in devices:
        lines += section(device)
    page = "\n".join(lines) + "\n"
    if len(sys.argv) < 3:
        print(page, end="")
    elif pathlib.Path(sys.argv[2]).read_text() != page:
        sys.exit(f"{sys.argv[2]} is not what the registry says: {sys.argv[0]} PROGRAM > {sys.argv[2]}")


main()
