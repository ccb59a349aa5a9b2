"""The circuits below a folder of AnalogGym, each with its conditions and with the nearest sizing that its models allow."""
import dataclasses
import pathlib
import re

SUFFIXES = {"f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "meg": 1e6}
ZEROSIM_NMCF = {
    "MOSFET_0_8_W_BIASCM_PMOS": 2.0822112287558667, "MOSFET_0_8_L_BIASCM_PMOS": 0.6429299742183804,
    "MOSFET_0_8_M_BIASCM_PMOS": 27, "MOSFET_8_2_W_gm1_PMOS": 3.778524604683603,
    "MOSFET_8_2_L_gm1_PMOS": 0.2839144663858202, "MOSFET_8_2_M_gm1_PMOS": 77,
    "MOSFET_10_1_W_gm2_PMOS": 9.538962955988305, "MOSFET_10_1_L_gm2_PMOS": 0.8538902059252808,
    "MOSFET_10_1_M_gm2_PMOS": 22, "MOSFET_11_1_W_gmf2_PMOS": 8.36457886892506,
    "MOSFET_11_1_L_gmf2_PMOS": 0.15747933517957952, "MOSFET_11_1_M_gmf2_PMOS": 46,
    "MOSFET_17_7_W_BIASCM_NMOS": 1.6306712811825732, "MOSFET_17_7_L_BIASCM_NMOS": 0.7324691450349824,
    "MOSFET_17_7_M_BIASCM_NMOS": 47, "MOSFET_21_2_W_LOAD2_NMOS": 3.112627968762956,
    "MOSFET_21_2_L_LOAD2_NMOS": 0.7950677980821003, "MOSFET_21_2_M_LOAD2_NMOS": 92,
    "MOSFET_23_1_W_gm3_NMOS": 6.800388230019232, "MOSFET_23_1_L_gm3_NMOS": 0.7756911874818959,
    "MOSFET_23_1_M_gm3_NMOS": 2, "CURRENT_0_BIAS": 33.724743993820217e-6,
    "CAPACITOR_0": 14.783740785188257e-12, "CAPACITOR_1": 92.81688379530945e-12}


@dataclasses.dataclass
class Case:
    name: str
    netlist: pathlib.Path
    variables: pathlib.Path
    models: list
    testbench: str
    sizing: dict      # by parameter name, um where it is a length
    conditions: dict  # of the testbench
    moved: list       # "W 0.2 -> 0.36 um (2)": what the models do not allow


def number(text):
    digits, suffix = re.fullmatch(r"([-+0-9.]+(?:e[-+]?\d+)?)([a-z]*)", text.lower()).groups()
    return float(digits) * SUFFIXES.get(suffix, 1)


def assignments(path):
    return dict(re.findall(r"(\w+)\s*=\s*([-+0-9.][\w.+-]*)", path.read_text()))


def model_bins(flat):
    """(l_min, l_max, w_min, w_max) [m] of every card of a flat model file."""
    cards = re.split(r"(?im)^\.model\s", flat.read_text().lower())[1:]
    return [tuple(float(re.search(rf"\b{key}\s*=\s*([-+.\de]+)", card)[1]) for key in ("lmin", "lmax", "wmin", "wmax"))
            for card in cards]


def nearest(bins, l, w):
    """The legal length and width closest to these [um]: a bin holds its lower limits, and a hair is left to the upper ones."""
    def inside(bin):
        l0, l1, w0, w1 = (1e6 * x for x in bin)
        return min(max(l, l0), max(l0, l1 - 1e-6)), min(max(w, w0), max(w0, w1 - 1e-6))
    return min(map(inside, bins), key=lambda p: abs(p[0] - l) / l + abs(p[1] - w) / w)


def legal_sizing(netlist, variables, flat_folder):
    """Lengths and widths of all transistors as shipped, those that no bin holds moved to the nearest legal ones."""
    values = {name.lower(): number(text) for name, text in variables.items()}
    spelling = {name.lower(): name for name in variables}
    bins, sizing, moved = {}, {}, {}
    for line in netlist.read_text().splitlines():
        device = re.search(r"sky130_fd_pr__([np]fet\w+)", line)
        if not device:
            continue
        if device[1] not in bins:
            bins[device[1]] = model_bins(flat_folder / f"{device[1]}__tt.spice")
        names = [re.search(rf"(?i)\b{key}\s*=\s*'?([a-z]\w*)", line)[1].lower() for key in "lw"]
        before = tuple(values[n] for n in names)
        after = nearest(bins[device[1]], *before)
        for key, name, old, new in zip("LW", names, before, after):
            if abs(new - old) > 1e-5:
                moved[name] = f"{key} {old:g} -> {new:g} um"
                values[name] = new
            sizing[spelling[name]] = values[name]
    texts = list(moved.values())
    return sizing, [f"{text} ({texts.count(text)})" for text in dict.fromkeys(texts)]


def all_cases(data):
    flat = data / "sky130" / "flat"
    models = [str(data / "sky130" / "corners" / "{corner}_flat.spice")]
    folder = data / "analoggym" / "amplifier"
    cases = []
    for netlist in sorted((folder / "spice_netlist").iterdir()):
        path = folder / "design_variables" / netlist.name
        variables = assignments(path)
        sizing, moved = legal_sizing(netlist, variables, flat)
        shipped = {"load_capacitance": number(variables["CLOAD"]), "common_mode_voltage": number(variables["VCM"])}
        cases.append(Case(netlist.name, netlist, path, models, "amplifier", sizing, shipped, moved))
    by_name = {case.name: case for case in cases}
    # What predictor.md prints: ZeroSim's conditions, which are those of the testbench.
    cases.append(dataclasses.replace(by_name["Leung_NMCF_Pin_3"], name="NMCF, ZeroSim", sizing=ZEROSIM_NMCF, conditions={}))
    cases.append(dataclasses.replace(by_name["Leung_NMCNR_Pin_3"], name="NMCNR, ZeroSim", conditions={}))
    ldo = data / "analoggym" / "ldo"
    netlist, path = ldo / "spice_netlist" / "LDO_netlist.txt", ldo / "design_variables" / "LDO_variables.txt"
    sizing, moved = legal_sizing(netlist, assignments(path), flat)
    mim = str(data / "sky130" / "corners" / "mim_typical.spice")
    cases.append(Case("Basic_LDO", netlist, path, models + [mim], "ldo", sizing, {}, moved))
    return cases
