"""A made-up city far from those that ship: three boroughs and a park on a lake, clocks that change,
kinds and units of its own, five signs; no demonstration, no publication, no wall of its own."""

from pathlib import Path

from data_access.catalogue import schematic

CITY = "lakeside"
DISTRICT = "170310"
BOROUGHS = ("170310001", "170310002", "170310003")
PARK = "170310090"
ZONE = "America/Chicago"

CITY_TOML = f"""version = "1"
code = "{DISTRICT}"
name_zh = "湖畔区"
name_en = "Lakeside"
short_zh = "湖畔"
timezone = "{ZONE}"

[box]
west = -88.0
south = 41.5
east = -87.4
north = 42.1

[scaling]
scale_people = "population"

[[goals]]
code = "calm"
name_zh = "安宁"
name_en = "Calm"

[[domains]]
code = "lake"
name_zh = "湖"
name_en = "Lake"

[[domains]]
code = "land"
name_zh = "岸"
name_en = "Land"

[[kinds]]
code = "borough"
group = "boroughs"
name_zh = "自治镇区"
name_en = "Borough"
many_en = "Boroughs"

[[kinds]]
code = "park"
group = "parks"
name_zh = "公园带"
name_en = "Park strip"
many_en = "Park strips"
counts = false

[[hotlines]]
number = "311"
name_zh = "市政热线"
name_en = "City services"
"""
STREETS = f"""\
code,stat_code,name_zh,name_en,short_zh,kind,lon,lat,population,area_km2,employment,basis
{BOROUGHS[0]},{BOROUGHS[0]}000,北岸,Northshore,北岸,borough,-87.66,42.02,90000,40,20000,made up
{BOROUGHS[1]},{BOROUGHS[1]}000,中岸,Midshore,中岸,borough,-87.65,41.88,120000,35,90000,made up
{BOROUGHS[2]},{BOROUGHS[2]}000,南岸,Southshore,南岸,borough,-87.60,41.72,60000,55,,made up
{PARK},{PARK}000,湖滨公园带,Lakefront Park,公园,park,,,,,,made up
"""
COMMITTEES = f"code,name_zh,street\n1001,灯塔邻里,{BOROUGHS[0]}\n"
DEPARTMENTS = """code,name_zh,name_en,short_zh,short_en,kind
parks,公园局,Parks Department,公园局,Parks,district
water,水务局,Water Department,水务局,Water,vertical
"""
SOURCES = """code,name_zh,name_en,department,cadence_s
buoys,湖上浮标,Buoys on the Lake,water,300
rangers,护园员报告,Rangers' Reports,parks,3600
"""
LABELS = """key,zh,en
streets.title,自治镇区与公园带,Boroughs and park strips
streets.say,{n} 个自治镇区中，{list}。,"Of {n} boroughs: {list}. "
streets.say.areas,另有 {n} 个公园带。,"{n} park strips overlie them."
streets.say.areas.one,另有 {n} 个公园带。,"{n} park strip overlies them."
streets.note.area,公园带不计入全区。,Park strips are not counted into the district.
streets.col.name,自治镇区,Borough
nav.streets,自治镇区,Boroughs
wall.streets,自治镇区,Boroughs
"""
UNITS = """unit,unit_en,unit_one_en,quantity
只雁,geese,goose,birds counted
英尺,ft,,height of waves
"""
INDUSTRIES = (
    "code,name_zh,name_en,field,department,co_departments,gbt4754,risks,checks,risk_tier,"
    "entities_est,basis_type,basis\n"
)
SCENARIOS = (
    "code,name_zh,name_en,platform,domain,department,co_departments,data_sources,stage,"
    "detection_rule,respond_min,close_min,metrics,basis_type,basis\n"
)
SIGN_COLUMNS = (
    "code,name_zh,name_en,short_zh,short_en,domain,goal,unit,unit_en,unit_one_en,decimals,"
    "value_min,value_max,cadence_s,stale_after_s,direction,typical,street_rule,district_rule,"
    "weight_by,weight_by_en,threshold_rule,raise_after_s,clear_after,source,department,"
    "co_departments,owner_note,public,wall_trend,value_labels_zh,value_labels_en,derived,"
    "derived_from,basis_type,basis_zh,basis_en"
)
SIGNS = [
    "LAKE-01,浪高,Height of waves,浪高,Waves,lake,calm,英尺,ft,,1,0,60,300,1800,higher_worse,2,"
    "max,max,,,same,0,2,buoys,water,,,yes,yes,,,,,assumed,虚构,made up",
    "LAKE-02,水温,Water temperature,水温,Water temp.,lake,calm,℃,℃,,1,-5,40,300,1800,band,16,"
    "mean,mean,,,same,0,2,buoys,water,,,yes,no,,,,,assumed,虚构,made up",
    "LAND-01,草地雁数,Geese on lawns,草地雁数,Geese,land,calm,只雁,geese,goose,0,0,100000,3600,"
    "14400,higher_worse,300,sum,sum,,,scale_people,0,2,rangers,parks,water,,yes,no,,,,,assumed,"
    "虚构,made up",
    "LAND-02,步道开放率,Share of paths open,步道开放,Paths open,land,calm,%,%,,0,0,100,3600,"
    "14400,"
    "lower_worse,99,ratio,ratio,步道,paths,same,0,2,rangers,parks,,,yes,no,,,,,assumed,"
    "虚构,made up",
    "LAND-03,警戒级,Level of alert,警戒级,Alert,land,calm,级,level,,0,0,3,3600,14400,"
    "higher_worse,0,na,value,,,n/a,0,1,rangers,parks,,,no,no,无;低;中;高,none;low;medium;high,,,"
    "assumed,虚构,made up",
]
CUT_COLUMNS = (
    "sign,version,valid_from,valid_to,normal_low,normal_high,attention_low,attention_high,"
    "warning_low,warning_high,alarm_low,alarm_high,basis"
)
CUTS = [
    "LAKE-01,1,2020-01-01,,0,3,,4,,7,,12,made up",
    "LAKE-02,1,2020-01-01,,10,22,4,27,2,29,0,32,made up",
    "LAND-01,1,2020-01-01,,0,500,,800,,1500,,4000,made up",
    "LAND-02,1,2020-01-01,,95,100,90,,80,,50,,made up",
    "LAND-03,1,2020-01-01,,0,0,,1,,2,,3,made up",
]


def write_city(catalogues: Path) -> Path:
    """The city's folder among others."""
    folder = catalogues / CITY
    folder.mkdir(parents=True)
    files = {
        "city.toml": CITY_TOML,
        "streets.csv": STREETS,
        "committees.csv": COMMITTEES,
        "departments.csv": DEPARTMENTS,
        "sources.csv": SOURCES,
        "units.csv": UNITS,
        "labels.csv": LABELS,
        "industries.csv": INDUSTRIES,
        "scenarios.csv": SCENARIOS,
        "vital_signs.csv": "\n".join([SIGN_COLUMNS, *SIGNS]) + "\n",
        "thresholds.csv": "\n".join([CUT_COLUMNS, *CUTS]) + "\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    schematic.main(folder)
    return folder
