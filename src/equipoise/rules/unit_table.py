"""The atoms and prefixes of UCUM that clinical units are made of, and the units that studies commonly use.

Each atom is a factor and a product of base dimensions, as in the UCUM essence, from which the factors are
tested. Three things differ on purpose: the mole, the equivalent and the osmole count particles, and are
kept apart from plain numbers, so that a molar amount never compares with a cell count; each
international unit is a dimension of its own; and calendar months and years are no units at all
(see `Duration`). Factors are exact fractions, never binary floats.
"""

from __future__ import annotations

from fractions import Fraction

Dimension = tuple[tuple[str, int], ...]

PREFIXES: dict[str, Fraction] = {
    "T": Fraction(10**12),
    "G": Fraction(10**9),
    "M": Fraction(10**6),
    "k": Fraction(1000),
    "h": Fraction(100),
    "d": Fraction(1, 10),
    "c": Fraction(1, 100),
    "m": Fraction(1, 1000),
    "u": Fraction(1, 10**6),
    "n": Fraction(1, 10**9),
    "p": Fraction(1, 10**12),
    "f": Fraction(1, 10**15),
}

LENGTH3: Dimension = (("m", 3),)
PRESSURE: Dimension = (("g", 1), ("m", -1), ("s", -2))
ENERGY: Dimension = (("g", 1), ("m", 2), ("s", -2))
INCH = Fraction(254, 10000)
POUND = Fraction(45359237, 100000)

# code: (factor to the base units, dimension, takes prefixes)
ATOMS: dict[str, tuple[Fraction, Dimension, bool]] = {
    "m": (Fraction(1), (("m", 1),), True),
    "g": (Fraction(1), (("g", 1),), True),
    "s": (Fraction(1), (("s", 1),), True),
    "min": (Fraction(60), (("s", 1),), False),
    "h": (Fraction(3600), (("s", 1),), False),
    "d": (Fraction(86400), (("s", 1),), False),
    "wk": (Fraction(604800), (("s", 1),), False),
    "K": (Fraction(1), (("K", 1),), True),
    "Cel": (Fraction(1), (("K", 1),), False),
    "[degF]": (Fraction(5, 9), (("K", 1),), False),
    "mol": (Fraction(1), (("mol", 1),), True),
    "eq": (Fraction(1), (("eq", 1),), True),
    "osm": (Fraction(1), (("osm", 1),), True),
    "U": (Fraction(1, 60 * 10**6), (("mol", 1), ("s", -1)), True),
    "kat": (Fraction(1), (("mol", 1), ("s", -1)), True),
    "[IU]": (Fraction(1), (("[IU]", 1),), True),
    "[CFU]": (Fraction(1), (("[CFU]", 1),), True),
    "L": (Fraction(1, 1000), LENGTH3, True),
    "l": (Fraction(1, 1000), LENGTH3, True),
    "%": (Fraction(1, 100), (), False),
    "10*": (Fraction(10), (), False),
    "10^": (Fraction(10), (), False),
    "[ppm]": (Fraction(1, 10**6), (), False),
    "Pa": (Fraction(1000), PRESSURE, True),
    "bar": (Fraction(10**8), PRESSURE, True),
    "m[Hg]": (Fraction(133322000), PRESSURE, True),
    "m[H2O]": (Fraction(980665 * 10), PRESSURE, True),
    "N": (Fraction(1000), (("g", 1), ("m", 1), ("s", -2)), True),
    "J": (Fraction(1000), ENERGY, True),
    "cal": (Fraction(4184), ENERGY, True),
    "W": (Fraction(1000), (("g", 1), ("m", 2), ("s", -3)), True),
    "Hz": (Fraction(1), (("s", -1),), True),
    "Bq": (Fraction(1), (("s", -1),), True),
    "Gy": (Fraction(1), (("m", 2), ("s", -2)), True),
    "Sv": (Fraction(1), (("m", 2), ("s", -2)), True),
    "C": (Fraction(1), (("C", 1),), True),
    "A": (Fraction(1), (("C", 1), ("s", -1)), True),
    "V": (Fraction(1000), (("C", -1), ("g", 1), ("m", 2), ("s", -2)), True),
    "[in_i]": (INCH, (("m", 1),), False),
    "[ft_i]": (INCH * 12, (("m", 1),), False),
    "[lb_av]": (POUND, (("g", 1),), False),
    "[oz_av]": (POUND / 16, (("g", 1),), False),
    "[stone_av]": (POUND * 14, (("g", 1),), False),
}

# Scales whose zero is not the zero of kelvin: kelvin = (value + offset) * factor.
OFFSETS: dict[str, Fraction] = {"Cel": Fraction(27315, 100), "[degF]": Fraction(45967, 100)}

# The laboratory, vital-sign and dosing units that studies commonly declare; any other product of the
# atoms above is as good. The differential test compares every one of them with the UCUM essence.
LISTED = """
    kg g mg ug ng pg [lb_av] [oz_av] [stone_av] m cm mm um [in_i] [ft_i] m2 cm2 mm2 kg/m2 g/m2
    L dL mL uL nL pL fL m3 cm3 Cel [degF] K mm[Hg] kPa cm[H2O] /min {beats}/min {breaths}/min Hz s ms min
    mL/min mL/min/{1.73_m2} mL/s L/min mL/h mL/kg mL/kg/h L/d mL/d
    10*9/L 10*12/L 10*6/L 10*3/uL 10*6/uL /uL /L /mL {cells}/uL {copies}/mL
    g/L g/dL mg/L mg/dL ug/L ug/dL ug/mL ng/L ng/mL ng/dL pg/mL pg/L mg/mL kg/L
    mol/L mmol/L umol/L nmol/L pmol/L mol mmol umol nmol umol/d mmol/d mmol/mol mg/mmol g/mol mg/g ug/g
    meq/L meq eq/L osm/kg mosm/kg mosm/L
    U/L U/mL kU/L mU/L mU/mL U ukat/L nkat/L [IU] [IU]/L [IU]/mL k[IU]/L k[IU]/mL m[IU]/L m[IU]/mL u[IU]/mL
    k[IU] [CFU]/mL % {score} {ratio} {INR} mm/h [ppm]
    mg/d mg/wk ug/d g/d mg/kg mg/kg/d mg/kg/wk mg/m2 mg/m2/d mg/m2/wk ug/kg ug/kg/min ug/min mg/h
    [IU]/d [IU]/kg {tablet} {tablet}/d kcal kcal/d kJ mV uV mA Gy mGy mSv kBq MBq J W N
"""
COMMON: tuple[str, ...] = tuple(LISTED.split())
