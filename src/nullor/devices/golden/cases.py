"""What golden/make.py asks ngspice."""
import re


def diode(model, points, instance="", temp=27):
    return dict(letter="d", model_type="d", model=model, instance=instance, terminals=2, temp=temp,
                points=[(v, 0.0) for v in points])


def bjt(model, instance="", temp=27, kind="npn"):
    sign = 1 if kind == "npn" else -1
    points = [(3.0, 0.65, 0.0, -1.0), (3.0, 0.8, 0.0, 0.0), (0.1, 0.75, 0.0, -0.5), (-0.7, 0.0, 0.0, -2.0), (0.2, -1.0, 0.0, 0.0)]
    return dict(letter="q", model_type=kind, type=0 if sign > 0 else 1, model=model, instance=instance, terminals=4, temp=temp,
                points=[tuple(sign * v if v else 0.0 for v in p) for p in points])


def mos(model, instance="", temp=27, kind="nmos", level=1, forward_bulk=False):
    sign = 1 if kind == "nmos" else -1
    points = [(2.0, 1.5, 0.0, 0.0), (0.2, 2.0, 0.0, -1.0), (0.0, 2.0, 1.0, -0.5), (1.0, 0.2, 0.0, 0.0)]
    if forward_bulk:
        points = [(1.0, 1.5, 0.0, 0.4), (0.0, 1.5, 1.0, 1.4)]
    test = re.sub(r"([0-9.])u\b", r"\1e-6", re.sub(r"([0-9.])p\b", r"\1e-12", instance))
    return dict(letter="m", model_type=kind, type=0 if sign > 0 else 1, model=model, instance=instance, test_instance=test,
                terminals=4, temp=temp, level=level, points=[tuple(sign * v if v else 0.0 for v in p) for p in points])


def mos_dc(level, model, instance="w=10u l=2u", temp=27, kind="nmos", forward_bulk=True):
    """A bias grid from weak to strong inversion: triode, saturation, body bias, drain and source exchanged."""
    c = mos(model, instance, temp, kind, level)
    sign = 1 if kind == "nmos" else -1
    points = [(d, g, 0.0, b) for b in (0.0, -2.0) for g in (0.3, 0.6, 0.9, 1.5, 3.0) for d in (0.1, 1.0, 4.0)]
    points += [(0.0, 2.0, 1.5, -0.5), (0.0, 0.7, 0.2, 0.0)]
    if forward_bulk:
        points.append((1.0, 1.5, 0.0, 0.2))
    return {**c, "dc_only": True, "points": [tuple(sign * v if v else 0.0 for v in p) for p in points]}


BSIM4 = ("toxe=4e-9 toxm=4.1e-9 xj=1.4e-7 ngate=1e20 ndep=2e17 nsd=1e20 wint=2e-9 lint=1.5e-8 vth0=0.45 lvth0=2e-9 wvth0=-1e-8 pvth0=3e-16 "
         "k1=0.52 k2=-0.02 lk2=1e-9 k3=2 k3b=0.3 w0=1e-8 dvt0=1.5 dvt1=0.6 dvt0w=-1 dvt1w=1.5e6 dsub=0.5 minv=-0.2 voffl=4e-9 lpe0=9e-8 "
         "lpeb=-3e-8 cdsc=1e-4 cdscd=5e-3 voff=-0.11 nfactor=1.8 eta0=0.07 etab=-0.05 u0=0.032 ua=-6e-10 ub=1.7e-18 uc=5e-11 ud=0 vsat=9e4 a0=1.2 "
         "ags=0.4 a2=0.5 b1=1e-9 keta=-0.01 pclm=0.1 pdiblc1=0.4 pdiblc2=3e-3 pdiblcb=-0.03 pscbe1=7e8 pscbe2=1e-9 pvag=0.1 delta=0.012 "
         "rdsw=80 prwg=0.02 prwb=0.01 alpha0=3e-8 alpha1=0.8 beta0=14 agidl=1e-9 bgidl=1.5e9 cgidl=0.4 egidl=0.7 cgso=2e-10 cgdo=2.2e-10 "
         "cgbo=1e-13 cgsl=5e-11 cgdl=4e-11 acde=0.5 moin=8 noff=3 voffcv=-0.15 dlc=2e-8 dwc=-1e-8 jss=2e-3 jsws=5e-10 njs=1.2 cjs=1.1e-3 "
         "mjs=0.44 cjsws=4e-11 mjsws=0.1 cjswgs=2e-10 mjswgs=0.8 pbs=0.75 kt1=-0.3 kt2=-0.04 at=1.2e5 ute=-1.7 ua1=4e-10 ub1=-6e-19 "
         "uc1=2e-11 tpb=1e-3 tcj=8e-4 kvth0=1e-8 ku0=-3e-8 kvsat=0.2 wkvth0=2e-7 saref=3e-6 sbref=3e-6")


def bsim4(extra="", instance="w=2u l=0.3u ad=1p as=1.2p pd=5u ps=6u nrd=0.2 nrs=0.3", temp=27, kind="nmos", version="4.5", code=450,
          forward_bulk=False):
    """Points from accumulation to strong inversion, body bias, drain and source exchanged."""
    c = mos(f"{BSIM4} {extra} version={version}".replace("vth0=0.45", "vth0=-0.45") if kind == "pmos" else f"{BSIM4} {extra} version={version}",
            instance, temp, kind, 54)
    sign = 1 if kind == "nmos" else -1
    points = [(1.8, 1.8, 0.0, 0.0), (0.05, 1.0, 0.0, -0.5), (1.2, 0.45, 0.0, 0.0), (1.8, 0.1, 0.0, -1.2), (0.0, 1.2, 1.0, -0.3),
              (1.8, -0.6, 0.0, 0.0), (0.6, 0.8, 0.0, 0.3 if forward_bulk else 0.1)]
    return {**c, "test_model": c["model"].replace(f"version={version}", f"version={code}"),
            "points": [tuple(sign * v if v else 0.0 for v in p) for p in points]}


def jfet(model, instance="", temp=27, kind="njf"):
    sign = 1 if kind == "njf" else -1
    points = [(3.0, -0.5, 0.0), (0.3, 0.0, 0.0), (0.0, 0.2, 1.0), (1.0, -3.0, 0.0), (1.0, 0.55, 0.0)]
    return dict(letter="j", model_type=kind, type=0 if sign > 0 else 1, model=model, instance=instance, terminals=3, temp=temp,
                points=[tuple(sign * v if v else 0.0 for v in p) for p in points])


FORWARD = (-5.0, -0.3, -0.05, 0.0, 0.3, 0.55, 0.7, 0.9)
CASES = {
    "resistor": [dict(letter="r", instance="1k tc1=1e-3 tc2=2e-5 m=2 dtemp=10", test_instance="r=1e3 tc1=1e-3 tc2=2e-5 m=2 dtemp=10",
                      terminals=2, points=[(1.5, 0.2)])],
    "capacitor": [dict(letter="c", instance="1p tc1=1e-3 tc2=2e-5 m=2 dtemp=10", test_instance="c=1e-12 tc1=1e-3 tc2=2e-5 m=2 dtemp=10",
                       terminals=2, points=[(1.5, 0.2)]),
                  dict(letter="c", model_type="c", model="cj=1e-3 cjsw=1e-9 narrow=1e-7 short=2e-7 del=3e-8", instance="l=10u w=2u",
                       test_instance="l=10e-6 w=2e-6", terminals=2, points=[(1.5, 0.2)]),
                  dict(letter="c", model_type="c", model="cj=1e-3 del=1e-7", instance="l=10u w=2u",
                       test_instance="l=10e-6 w=2e-6", terminals=2, points=[(1.5, 0.2)]),
                  dict(letter="c", model_type="c", model="di=4.5 thick=1e-8", instance="l=10u w=2u",
                       test_instance="l=10e-6 w=2e-6", terminals=2, points=[(1.5, 0.2)]),
                  dict(letter="c", model_type="c", model="cjsw=1e-9 thick=1e-8", instance="l=10u",
                       test_instance="l=10e-6", terminals=2, points=[(1.5, 0.2)])],
    "diode": [
        diode("is=1e-14", FORWARD),
        diode("is=2e-15 n=1.2 rs=5 cjo=2e-12 vj=0.8 m=0.4 tt=1e-9 fc=0.6", FORWARD),
        diode("is=2e-15 n=1.2 rs=5 xti=4 eg=1.2 trs1=1e-3 trs2=1e-5", FORWARD, "area=2 m=3", 85),
        diode("is=2e-15 cjo=2e-12 vj=0.8 m=0.4", FORWARD, "area=2 m=3", 85),
        diode("is=2e-15 tt=1e-9 ttt1=1e-3", FORWARD, "area=2 m=3", 85),
        diode("is=2e-15 cjo=2e-12 vj=0.8 m=0.4 tm1=1e-3", FORWARD, "", 85),
        diode("is=1e-14 cjo=1e-12 tlevc=1 cta=1e-3 tpb=1e-3", FORWARD, "dtemp=20"),
        diode("is=1e-14 jsw=1e-15 cjp=2e-13 php=0.9 mjsw=0.3 fcs=0.4", FORWARD, "area=2 pj=4"),
        diode("is=1e-14 jsw=1e-13 ns=1.5 rs=1", FORWARD, "area=2 pj=4"),
        diode("is=1e-14 bv=4 ibv=1e-3 nbv=1.3", (-4.1, -4.0, -3.9, -3.5, -1.0, 0.6)),
        diode("is=1e-14 bv=4 ibv=1e-3 tcv=1e-3 rs=2", (-4.5, -4.1, -4.0, -3.9, -3.5, -1.0), "area=2", 60),
        diode("is=1e-14 ikf=1e-4 tt=1e-9", FORWARD, "area=2"),
        diode("is=1e-8 ikr=1e-4 bv=4 ibv=1e-3", (-4.1, -3.9, -1.0, 0.3)),
        diode("is=1e-14 jtun=1e-12 ntun=25 jtunsw=1e-13", (-1.0, -0.5, 0.0, 0.6), "area=2 pj=3", 50),
    ],
    "diode_level3": [
        diode("level=3 is=1e-3 jsw=1e-9 cj=1e-3 cjsw=1e-9 xom=9000 xoi=8000 lm=3e-6 wm=4e-6 lp=1e-6 wp=2e-6 xm=1e-7 xp=2e-7",
              FORWARD, "w=1e-5 l=2e-5 m=2"),
        diode("level=3 is=1e-4 cj=1e-3 rs=1e-9 lm=3e-6 wm=4e-6", FORWARD, "w=1e-5 l=2e-5 wm=5e-6 lp=7e-6 wp=8e-6"),
        diode("level=3 is=1e-14 jsw=1e-15 cj=1e-12 cjsw=1e-13 lm=3e-5 wm=4e-5", FORWARD, "area=2 pj=3"),
    ],
    # In reverse ngspice drops the recombination current altogether; ours goes on, as the equation says.
    "diode_recombination": [diode("is=1e-14 isr=1e-11 nr=2.1 vj=0.9 m=0.45 tt=1e-9", (-0.05, 0.0, 0.3, 0.55, 0.7, 0.9), "", 50)],
    "bjt": [
        bjt("is=1e-15 bf=120 br=3"),
        bjt("is=1e-15 bf=120 br=3 vaf=60 var=20 ikf=5e-3 ikr=2e-3 ise=1e-13 ne=1.6 isc=1e-12 nc=1.9"),
        bjt("is=1e-15 bf=120 br=3 vaf=60 ikf=5e-3 nkf=0.6 re=1 rc=20"),
        bjt("is=1e-15 bf=120 br=3", "area=2"),
        bjt("is=1e-15 bf=120 br=3", "m=2"),
        bjt("is=1e-15 bf=120 br=3 rb=100", "area=2 m=3"),
        bjt("is=1e-15 bf=120 br=3 cje=1e-12 vje=0.8 mje=0.35 cjc=5e-13 vjc=0.7 mjc=0.4 xcjc=0.6 cjs=1e-12 vjs=0.6 mjs=0.5 fc=0.6"),
        bjt("is=1e-15 bf=120 br=3 tf=1e-10 tr=1e-9 xtf=3 vtf=2 itf=1e-2 vaf=50 ikf=1e-2"),
        bjt("is=1e-15 bf=120 br=3 ise=1e-13 isc=1e-13 xtb=1.5 xti=4 eg=1.2 cje=1e-12 cjc=1e-12 cjs=1e-12 mjs=0.4",
            "", 85),
        bjt("is=1e-15 bf=80 br=3 cjc=1e-12 cjs=1e-12 mjs=0.4", "area=2 areab=3 areac=4", 27, "pnp"),
        bjt("is=1e-15 bf=80 br=3 isc=1e-13 cjc=1e-12 cjs=1e-12 mjs=0.4", "area=2 areab=3 areac=4"),
        bjt("ibe=1e-15 ibc=2e-15 is=3e-15 bf=80 br=3"),
    ],
    # In ac analysis ngspice leaves the substrate diode's conductance out.
    "bjt_substrate": [bjt("is=1e-15 bf=80 br=3 iss=1e-16 ns=1.1 xti=4 eg=1.2 xtb=1", "", 85),
                      bjt("is=1e-15 bf=80 br=3 iss=1e-16", "area=2 areab=3 areac=4", 27, "pnp"),
                      bjt("is=1e-15 bf=80 br=3 iss=1e-16", "area=2 areab=3 areac=4")],
    # Here ngspice leaves the voltage dependence of the base resistance out of its derivatives.
    "bjt_base": [bjt("is=1e-15 bf=120 br=3 rb=200 rbm=20 ikf=1e-3"), bjt("is=1e-15 bf=120 br=3 rb=200 rbm=20 irb=1e-5")],
    "mos1": [
        mos("vto=0.7 kp=1e-4 gamma=0.5 phi=0.65 lambda=0.02", "w=10u l=1u"),
        mos("vto=-0.7 kp=5e-5 gamma=0.5 phi=0.65 lambda=0.02", "w=10u l=1u", kind="pmos"),
        mos("vto=0.7 kp=1e-4 gamma=0.5 lambda=0.02 rd=20 rs=30", "w=10u l=1u m=3", 85),
        mos("vto=0.7 kp=1e-4 rsh=10 ld=1e-7 cj=1e-4 mj=0.4 cjsw=1e-10 mjsw=0.3 pb=0.9 js=1e-4 cgso=1e-10 cgdo=2e-10 cgbo=3e-10",
            "w=10u l=1u ad=20p as=30p pd=15u ps=20u nrd=2 nrs=3", 50),
        mos("vto=0.7 kp=1e-4 cbd=1e-14 cbs=2e-14 is=1e-15", "w=10u l=1u", -20),
    ],
    # Forward biased bulk junctions: ngspice's gmbs is then not the derivative of its current.
    "mos1_forward_bulk": [mos("vto=0.7 kp=1e-4 gamma=0.5 phi=0.65 lambda=0.02", "w=10u l=1u", forward_bulk=True),
                          mos("vto=0.7 kp=1e-4 gamma=0.5 rd=20 rs=30", "w=10u l=1u m=3", 85, "pmos", forward_bulk=True)],
    # The intrinsic charges are our own.
    "mos1_process": [
        mos("tox=2e-8 nsub=1e16 nss=1e10 u0=500 lambda=0.02", "w=10u l=1u", 60),
        mos("tox=2e-8 nsub=1e16 nss=1e10 u0=250 tpg=-1", "w=10u l=1u", 60, "pmos"),
        mos("tox=2e-8 nsub=1e16 tpg=0", "w=10u l=1u"),
    ],
    # With vmax and a forward biased bulk our saturation voltage differs on purpose (mos2.h).
    "mos2": [
        mos_dc(2, "vto=0.7 kp=1e-4 gamma=0.5 phi=0.65 lambda=0.02"),
        mos_dc(2, "is=1e-17 vto=0.7 gamma=0.5 phi=0.65 tox=4e-8 nsub=1e16 ucrit=2e4 uexp=0.15", "w=10u l=5u", 85),
        mos_dc(2, "vto=0.7 phi=0.7 uo=500 tox=2e-8 nsub=1e16 nfs=2e11 xj=2e-7 ld=1e-7 vmax=1e5 neff=3 delta=0.5 ucrit=2e4 uexp=0.1",
               "w=5u l=2u", forward_bulk=False),
        mos_dc(2, "is=1e-17 vto=0.6 uo=500 phi=0.7 tox=2e-8 nsub=1e16 nfs=2e11 xj=2e-7 rd=20 rs=30", "w=10u l=3u m=3", 60),
    ],
    # Threshold from the doping.
    "mos2_process": [
        mos_dc(2, "tox=2e-8 nsub=3e15 nss=1e10 uo=250 vmax=5e4 nfs=1e11 rsh=20 js=1e-4", "w=10u l=3u ad=20p as=30p nrd=2", 27, "pmos",
               forward_bulk=False),
        mos_dc(2, "tox=2e-8 nsub=1e16 tpg=0"),
    ],
    # Small is at high temperature: ngspice lets the reverse current of level 3's junctions decay more slowly.
    "mos3": [
        mos_dc(3, "vto=0.7 kp=1e-4 gamma=0.5 phi=0.65"),
        mos_dc(3, "is=1e-17 vto=0.7 gamma=0.5 phi=0.65 tox=2e-8 nsub=1e16 theta=0.1 eta=0.1 kappa=0.4", temp=85),
        mos_dc(3, "vto=0.7 phi=0.7 uo=500 tox=2e-8 nsub=1e16 nfs=2e11 xj=2e-7 ld=1e-7 vmax=1e5 theta=0.05 eta=0.2 delta=0.5", "w=5u l=1.5u"),
        mos_dc(3, "is=1e-17 vto=0.6 phi=0.7 uo=500 tox=2e-8 nsub=1e16 nfs=2e11 xj=2e-7 rd=20 rs=30", "w=10u l=3u m=3", 60),
    ],
    # Threshold from the doping: ngspice's intrinsic density has the older k/q, which moves it by 4e-7 V.
    "mos3_process": [
        mos_dc(3, "tox=2e-8 nsub=3e15 nss=1e10 uo=250 vmax=1e5 nfs=1e11 rsh=20 js=1e-4", "w=10u l=3u ad=20p as=30p nrd=2", 27, "pmos"),
        mos_dc(3, "tox=2e-8 nsub=1e16 tpg=0 kappa=0"),
    ],
    # The 4.5 code of ngspice leaves out a part of the derivatives of its charges by body and source. It also drops what
    # stress and well edges do to the mobility: no ku0 here.
    "bsim4_v45": [
        bsim4(),
        bsim4("rbodymod=1", temp=110),
        bsim4("rbodymod=1 diomod=2 ku0=0", "w=4u l=0.18u nf=3 m=2 sa=1u sb=1.5u sd=0.4u", temp=-40),
        bsim4("capmod=1 xpart=1", kind="pmos"),
        bsim4("rdsmod=1 igcmod=1 igbmod=1 toxe=2e-9 ngate=3e20", "w=4u l=0.1u", kind="pmos"),
        bsim4("rgatemod=1 diomod=0 jtss=1e-6 jtssws=1e-12 jtsswgs=1e-11 tempmod=1 at=1e-3 ua1=1e-3 ub1=-1e-3 uc1=1e-3", "w=4u l=0.1u nf=2", temp=60),
    ],
    "bsim4_v48": [
        bsim4(version="4.8.1", code=481),
        bsim4("rbodymod=1 capmod=1 xpart=0.5 mobmod=1 uc=-0.03", temp=110, version="4.8.1", code=481),
        bsim4("rbodymod=1 diomod=2 ku0=0 gidlmod=1 mobmod=2 ua=1e-15", "w=4u l=0.18u nf=3 m=2 sa=1u sb=1.5u sd=0.4u", temp=-40, version="4.8.1", code=481),
        bsim4("capmod=0 xpart=1", kind="pmos", version="4.8.1", code=481),
        bsim4("rdsmod=1 igcmod=2 igbmod=1 toxe=2e-9 ngate=3e20", "w=4u l=0.1u", kind="pmos", version="4.8.1", code=481),
        bsim4("rgatemod=1 diomod=0 jtss=1e-6 jtssws=1e-12 jtsswgs=1e-11 jtweff=1e-7 tempmod=2 at=1e-3 ua1=1e-3 ub1=-1e-3 uc1=1e-3 cvchargemod=1 minvcv=-0.1", "w=4u l=0.1u nf=2",
              temp=60, version="4.8.1", code=481),
        bsim4("rgatemod=3 rbodymod=2 rbps0=60 rbpd0=70 rbsbx0=40 rbsby0=30 rbdbx0=45 rbdby0=35 tempmod=3 at=1e-3 ua1=1 ub1=-1 uc1=1 dvtp0=1e-9 dvtp1=0.2",
              "w=4u l=0.1u nf=2", temp=60, version="4.8.1", code=481),
    ],
    # In ngspice the derivatives of the velocity limit leave out those of the charge.
    "bsim4_velocity": [
        {**bsim4("lambda=1e-9 vtl=2e5 ud=1e14", "w=4u l=0.1u", version="4.8.1", code=481), "dc_only": True},
        {**bsim4("lambda=1e-9 vtl=1e5 ud=1e14", "w=4u l=0.1u", kind="pmos"), "dc_only": True},
    ],
    "jfet": [
        jfet("vto=-2 beta=1e-3 lambda=0.02 cgs=1e-12 cgd=2e-12 pb=0.9"),
        jfet("vto=-2 beta=1e-3 lambda=0.02 cgs=1e-12 cgd=2e-12", "area=2 m=3", kind="pjf"),
        jfet("vto=-2 beta=1e-3 b=0.7 rd=20 rs=30", "", 27),
        jfet("vto=-2 beta=1e-3 is=1e-15 cgs=1e-12", "", 85),
    ],
}
