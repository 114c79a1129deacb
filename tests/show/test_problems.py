"""Problems of a show: every kind, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.show.load import load
from installation.show.problems import Problem, ShowProblems
from tests.show.fakes import SMALL, changed, write


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def problems(texts: dict[str, str]) -> list[str]:
    folder = write(Path("x"), texts)
    with pytest.raises(ShowProblems) as error:
        load(folder)
    return str(error.value).splitlines()


CHANGES = [
    # file, what is written, what a slip of the hand makes of it, what is said
    (
        "cues",
        "pantry.shortage_risk",
        "pantry.shortage_rsk",
        'cues.toml:11: cue 1.5 listens to "pantry.shortage_rsk", which no sensor or source provides; did '
        'you mean "pantry.shortage_risk"?',
    ),
    (
        "cues",
        '"ebb"',
        '"eb"',
        'cues.toml:5: cue 1 asks for the look "eb", and there is no such look; did you mean "ebb"?',
    ),
    (
        "cues",
        '"shore"',
        '"shor"',
        'cues.toml:6: cue 1 asks for the scene "shor", and there is no such scene; did you mean "shore"?',
    ),
    (
        "looks",
        '["chest"]',
        '["chst"]',
        'looks.toml:12: look "ebb", layer 2 lights the region "chst", which no garment has; did you mean "chest"?',
    ),
    (
        "looks",
        '"heartbeat"',
        '"heart"',
        'looks.toml:12: look "ebb", layer 2 uses the effect "heart", which does not exist; did you mean "heartbeat"?',
    ),
    (
        "looks",
        '"solid"',
        '"zzz"',
        'looks.toml:5: look "safe", layer 1 uses the effect "zzz", which does not exist; there are '
        "solid, breath, heartbeat, shimmer",
    ),
    (
        "looks",
        "speed",
        "sped",
        'looks.toml:12: look "ebb", layer 2 has "sped", which the effect "heartbeat" does not take; did '
        'you mean "speed"?',
    ),
    (
        "garments",
        '"Elif"',
        '"Elf"',
        'garments.toml:16: garment "elif" is worn by "Elf", and there is no such wearer; did you mean "Elif"?',
    ),
    (
        "garments",
        'kind = "sash"',
        'kind = "sahs"',
        'garments.toml:17: garment "elif" is of the kind "sahs", and there is no such kind; did you mean "sash"?',
    ),
    (
        "show",
        '"1"',
        '"1.6"',
        'show.toml:2: opening is "1.6", and there is no such cue; did you mean "1.5"?',
    ),
    (
        "show",
        '"safe"',
        '"save"',
        'show.toml:3: safe_look is "save", and there is no such look; did you mean "safe"?',
    ),
    (
        "patch",
        '"other-1"',
        '"other"',
        'patch.toml:5: the patch has "other", and there is no such garment; did you mean "other-1"?',
    ),
    (
        "patch",
        '"Elif"',
        '"Zoe"',
        'patch.toml:10: sensor 1 is on "Zoe", and there is no such wearer',
    ),
    (
        "patch",
        "input.glow",
        "input.glo",
        'patch.toml:19: sensor 2 gives "input.glo", which is no channel or input; did you mean "input.glow"?',
    ),
    (
        "patch",
        '"eda"',
        '"zzz"',
        'patch.toml:20: sensor 2 gives "zzz", which is no channel or input; there are ppg, ecg, eda, '
        "resp, acc_x, acc_y, acc_z, input.glow",
    ),
    (
        "cues",
        '"1.5"',
        '"1"',
        "cues.toml:9: cue 1 is there twice; a number of its own would do",
    ),
    (
        "cues",
        '"1.5"',
        '"1.0"',
        "cues.toml:9: cue 1.0 is there twice, the first time as 1; a number of its own would do",
    ),
    (
        "cues",
        '"2"',
        '"1.25"',
        "cues.toml:17: cue 1.25 stands after cue 1.5; numbers that rise through the file would do",
    ),
    (
        "cues",
        "follow = 9.0",
        "follow = 9.0\nhang = 1",
        "cues.toml:15: cue 1.5 has both follow and hang; one of them would do",
    ),
    (
        "looks",
        '[[look]]\nname = "ebb"',
        '[[look]]\nname = "safe"\n\n[[look]]\nname = "ebb"',
        'looks.toml:9: look "safe" is there twice; another name would do',
    ),
    (
        "show",
        "[[room]]",
        '[[wearer]]\nname = "Elif"\n\n[[room]]',
        'show.toml:13: wearer "Elif" is there twice; another name would do',
    ),
    (
        "garments",
        '[[garment]]\nname = "other-1"',
        '[[garment]]\nname = "elif"\nwearer = "Elif"\nkind = "sash"\n\n[[garment]]\nname = "other-1"',
        'garments.toml:20: garment "elif" is there twice; another name would do',
    ),
    (
        "show",
        "[[room]]",
        '[[room]]\nname = "heart.rate"\n\n[[room]]',
        'show.toml:13: room signal "heart.rate" has the name of a signal of every wearer; another name would do',
    ),
    (
        "show",
        '"pantry.shortage_risk"\n',
        '"pantry.shortage_risk"\n[[room]]\nname = "pantry.shortage_risk"\n',
        'show.toml:15: room signal "pantry.shortage_risk" has the name of another room signal; another name would do',
    ),
    (
        "show",
        "tension =",
        "calm = 'tempo > 4s'\ntempo = { value = 'heart.rate', unit = 'bpm' }\ntension =",
        'show.toml:23: signal "calm" compares "tempo", in 1/min, and "4s", in s; one unit, or a bare number, would do',
    ),
    (
        "show",
        "tension =",
        "tempo = { value = 'heart.rate', unit = 's' }\ntension =",
        'show.toml:23: signal "tempo" takes a time, such as 4s, and this is in 1/min',
    ),
    (
        "show",
        "tension =",
        "tension = { value = 1, low = 2, high = 1 }\nold =",
        'show.toml:23: signal "tension" has low = 2 and high = 1; a high above its low would do',
    ),
    (
        "show",
        "tension =",
        "tension = { value = 1, unti = 's' }\nold =",
        'show.toml:23: [signals] has "unti", which means nothing there; did you mean "unit"?',
    ),
    (
        "show",
        "tension =",
        "tension = [1]\nold =",
        "show.toml:23: [signals] has tension = a list of 1; an expression in quotes, or a number, would do",
    ),
    (
        "looks",
        '"1 - tension"',
        '"heart.rate"',
        'looks.toml:12: look "ebb", layer 2, level takes a number from 0 to 1, and this is in 1/min',
    ),
    (
        "looks",
        "speed = 2",
        'width = "72bpm"',
        'looks.toml:12: look "ebb", layer 2, width takes a time, such as 4s, and this is in 1/min',
    ),
    (
        "show",
        "tension =",
        "time = 1\ntension =",
        'show.toml:23: signal "time" has the name of something built in; another name would do',
    ),
    (
        "show",
        "tension =",
        "and = 1\ntension =",
        'show.toml:23: signal "and" has the name of a word of the language; another name would do',
    ),
    (
        "show",
        "smooth(pantry.shortage_risk, 3s)",
        "calm + 1",
        'show.toml:23: signal "tension" listens to "calm", which no sensor or source provides',
    ),
    (
        "show",
        '"smooth(pantry.shortage_risk, 3s)"',
        '"1 - calm"\ncalm = "1 - tension"',
        'show.toml:23: signal "tension" is made of itself: tension → calm → tension',
    ),
    (
        "show",
        "low = 0",
        "low = 1",
        'show.toml:19: input "glow" has low = 1 and high = 1; a high above its low would do',
    ),
    (
        "show",
        "default = 0.5",
        "default = 5",
        'show.toml:18: input "glow" has default = 5; 0 to 1 would do',
    ),
    (
        "show",
        "default = 0.1",
        "default = 2",
        'show.toml:14: room signal "pantry.shortage_risk" has default = 2; 0 to 1 would do',
    ),
    (
        "garments",
        '[[garment]]\nname = "elif"',
        '[[kind]]\nname = "bare"\n\n[[garment]]\nname = "elif"',
        'garments.toml:14: kind "bare" has no pixels; a [[kind.strip]] under it would do',
    ),
    (
        "garments",
        '"hem"',
        '"all"',
        'garments.toml:10: kind "sash" calls a region "all", which means every region; another name would do',
    ),
    (
        "garments",
        '"elif"',
        '"Elif Öz"',
        'garments.toml:15: garment "Elif Öz" has name = "Elif Öz"; a name of small letters a-z, digits, '
        "- and _ would do, since it is part of OSC addresses",
    ),
    (
        "patch",
        "slot = 10",
        "slot = 500",
        'patch.toml:7: garment "other-1" of 8 pixels overflows universe 1 from slot 500; slot 489 or lower would do',
    ),
    (
        "patch",
        "slot = 10\n",
        'slot = 10\n[[garment]]\nname = "other-1"\nuniverse = 4\n',
        'patch.toml:9: garment "other-1" is patched twice; one address would do',
    ),
    (
        "patch",
        "slot = 10\n",
        'slot = 10\n[[garment]]\nname = "elif"\nuniverse = 1\nslot = 30\n',
        'patch.toml:7: garment "other-1" shares universe 1, slot 30, with "elif"; another address would do',
    ),
    (
        "patch",
        'wire = "pulsesensor"',
        'wire = "pulsesensor"\nserial = "7"',
        "patch.toml:9: sensor 1 has port and serial; one of port, serial and location would do",
    ),
    (
        "patch",
        'port = "/dev/ttyACM0"\n',
        "",
        "patch.toml:9: sensor 1 has nothing to find it by; one of port, serial and location would do",
    ),
    (
        "patch",
        'serial = "95530343834351A0B1C2"',
        'port = "/dev/ttyACM0"',
        'patch.toml:16: sensor 2 has port = "/dev/ttyACM0", as sensor 1 has; one would do',
    ),
    (
        "patch",
        '"eda"',
        '"ppg"',
        'patch.toml:15: sensor 2 gives ppg of "Elif", as sensor 1 does; one would do',
    ),
    (
        "patch",
        '"eda"',
        '"eda", "eda"',
        "patch.toml:20: sensor 2 has 2 columns for eda; one would do",
    ),
    (
        "patch",
        'wire = "pulsesensor"',
        'wire = "pulsesensor"\ncolumns = ["ppg"]',
        'patch.toml:13: sensor 1 has columns, which only the wire "lines" takes',
    ),
    (
        "patch",
        'wire = "pulsesensor"',
        'wire = "lines"',
        'patch.toml:12: sensor 1 has the wire "lines"; names or columns that say what it sends would do',
    ),
    (
        "patch",
        'wire = "pulsesensor"',
        'wire = "pulse"',
        'patch.toml:12: sensor 1 has wire = "pulse"; "pulsesensor", "lines", "cyton", "cyton_daisy", "bitalino", '
        '"firmata", "pack", "emotibit" or "osc" would do',
    ),
    (
        "patch",
        'port = "/dev/ttyACM0"\nwire = "pulsesensor"',
        'udp = 9101\nwire = "lines"\nnames = { pulse = "ppg" }',
        "patch.toml:11: sensor 1 has udp, which lines does not take; one of port, serial and location would do",
    ),
    (
        "patch",
        'port = "/dev/ttyACM0"\nwire = "pulsesensor"',
        'udp = 9101\nwire = "osc"',
        'patch.toml:12: sensor 1 has the wire "osc"; an address or names that say what to take would do',
    ),
    (
        "patch",
        'port = "/dev/ttyACM0"\nwire = "pulsesensor"',
        'udp = 9101\nwire = "osc"\nnames = { ppg = "ppg" }',
        'patch.toml:13: sensor 1 names "ppg", which is no address; "/ppg" would do',
    ),
    (
        "patch",
        'port = "/dev/ttyACM0"\nwire = "pulsesensor"',
        'udp = 9101\nwire = "osc"\naddress = "/elif"\nnames = { "acc[x]" = "acc_x" }',
        'patch.toml:14: sensor 1 names "/elif/acc[x]", which is no OSC address; one such as '
        '"/elif/ppg" or "/elif/acc[0]" would do',
    ),
    (
        "patch",
        'port = "/dev/ttyACM0"\nwire = "pulsesensor"',
        'udp = 9101\nbind = "0.0.0.0"\nwire = "osc"\nnames = { "/a" = "ppg" }',
        "patch.toml:12: sensor 1 takes datagrams from everybody who reaches 0.0.0.0; allow = "
        '["192.168.1.0/24"], or whoever may send, would do',
    ),
    (
        "patch",
        'port = "/dev/ttyACM0"\nwire = "pulsesensor"',
        'udp = 9101\nallow = ["nobody"]\nwire = "osc"\nnames = { "/a" = "ppg" }',
        'patch.toml:12: sensor 1 has allow = "nobody"; an address such as "192.168.1.40" or a '
        'network such as "192.168.1.0/24" would do',
    ),
    (
        "patch",
        'port = "/dev/ttyACM0"\nwire = "pulsesensor"',
        'port = "/dev/ttyACM0"\nbind = "0.0.0.0"\nwire = "pulsesensor"',
        "patch.toml:12: sensor 1 has bind, which only a sensor with udp takes",
    ),
    (
        "patch",
        'port = "/dev/ttyACM0"\nwire = "pulsesensor"',
        'device = "MD-V5-1"\nbaud = 9600\nwire = "emotibit"\nnames = { PG = "ppg" }',
        "patch.toml:12: sensor 1 has baud, which emotibit does not take: it comes by network",
    ),
    (
        "patch",
        'port = "/dev/ttyACM0"\nwire = "pulsesensor"',
        'wire = "emotibit"\nnames = { PG = "ppg" }',
        "patch.toml:9: sensor 1 has nothing to find it by; one of device and host would do",
    ),
    (
        "patch",
        'port = "/dev/ttyACM0"\nwire = "pulsesensor"',
        'udp = 9101\naddress = "/elif"\nwire = "pack"\nslot = 3\nnames = { ch0 = "ppg" }',
        'patch.toml:12: sensor 1 has an address, which only the wire "osc" takes',
    ),
    (
        "patch",
        'port = "/dev/ttyACM0"\nwire = "pulsesensor"',
        'udp = 9101\nwire = "osc"\nnames = { "/a" = "ppg" }\n[[sensor]]\nwearer = "Şölen '
        '2"\nudp = 9101\nallow = ["10.0.0.0/8"]\nwire = "osc"\nnames = { "/b" = "ppg" }',
        "patch.toml:16: sensor 2 has another bind or allow for udp = 9101 than sensor 1; the same for both would do",
    ),
    (
        "patch",
        'wire = "pulsesensor"',
        'wire = "cyton"',
        'patch.toml:12: sensor 1 has the wire "cyton"; names that say what it sends would do',
    ),
    (
        "patch",
        'wire = "pulsesensor"',
        'wire = "cyton"\nnames = { ch1 = "ppg", c2 = "resp" }',
        'patch.toml:13: sensor 1 names "c2", which cyton does not have; did you mean "ch2"?',
    ),
    (
        "patch",
        'wire = "pulsesensor"',
        'wire = "bitalino"\nnames = { a1 = "ecg", a2 = "-" }\nrate_hz = 250.0',
        "patch.toml:14: sensor 1 has rate_hz = 250; 1, 10, 100, 1000 would do",
    ),
    (
        "patch",
        'wire = "pulsesensor"',
        'wire = "pulsesensor"\nrate_hz = 100.0',
        "patch.toml:13: sensor 1 has rate_hz, which pulsesensor does not take",
    ),
    (
        "patch",
        'wire = "pulsesensor"',
        'wire = "pack"\nnames = { ch0 = "ppg" }',
        'patch.toml:12: sensor 1 has the wire "pack"; the slot of its wearer would do',
    ),
    (
        "patch",
        'wire = "pulsesensor"',
        'wire = "pulsesensor"\nslot = 3',
        'patch.toml:13: sensor 1 has a slot, which only the wire "pack" takes',
    ),
    (
        "patch",
        'wire = "pulsesensor"',
        'wire = "pack"\nslot = 3\nnames = { ch0 = "ppg" }\n[[sensor]]\nwearer = "Elif"\nport = "/dev/ttyACM0"\n'
        'wire = "pack"\nslot = 3\nnames = { ch0 = "resp" }',
        "patch.toml:19: sensor 2 has slot = 3, as sensor 1 has; a slot of its own would do",
    ),
    (
        "patch",
        'wire = "pulsesensor"',
        'wire = "bitalino"\nnames = { a1 = "ecg", a2 = "ecg" }',
        "patch.toml:13: sensor 1 has 2 names for ecg; one would do",
    ),
    (
        "patch",
        'wire = "pulsesensor"',
        'wire = "bitalino"\nnames = { a1 = "ecg" }\n[[sensor]]\nwearer = "Elif"\nport = "/dev/ttyACM0"\n'
        'wire = "pack"\nslot = 3\nnames = { ch0 = "resp" }',
        'patch.toml:16: sensor 2 has port = "/dev/ttyACM0", as sensor 1 has; one would do',
    ),
    (
        "patch",
        'wire = "pulsesensor"',
        'wire = "pack"\nslot = 3\nnames = { ch0 = "resp" }\n[[sensor]]\nwearer = "Elif"\nport = "/dev/ttyACM0"\n'
        'wire = "bitalino"\nnames = { a1 = "ecg" }',
        'patch.toml:17: sensor 2 has port = "/dev/ttyACM0", as sensor 1 has; one would do',
    ),
    (
        "patch",
        'wire = "pulsesensor"',
        'wire = "pack"\nslot = 3\nnames = { ch0 = "ppg" }\n[[sensor]]\nwearer = "Elif"\nport = "/dev/ttyACM0"\n'
        'wire = "pack"\nbaud = 460800\nslot = 4\nnames = { ch0 = "resp" }',
        'patch.toml:19: sensor 2 has 460800 baud at "/dev/ttyACM0", sensor 1 has 115200; one speed would do',
    ),
    (
        "patch",
        'wire = "pulsesensor"',
        'wire = "firmata"\nnames = { a0 = "-" }',
        "patch.toml:13: sensor 1 sends nothing that anybody reads; a channel or an input would do",
    ),
    (
        "patch",
        'wire = "pulsesensor"',
        'wire = "lines"\ncolumns = ["time_ms", "-"]',
        "patch.toml:13: sensor 1 sends nothing that anybody reads; a channel or an input would do",
    ),
    (
        "patch",
        'wire = "pulsesensor"',
        'wire = "cyton"\nnames = { d11 = "ppg", acc_x = "acc_x" }',
        "patch.toml:13: sensor 1 names acc_x and d11, which cyton never sends at once; one would do",
    ),
    (
        "cues",
        "fade = 6",
        'fade = "six"',
        'cues.toml:12: cue 1.5 has fade = "six"; seconds from 0 to 3600 would do',
    ),
    (
        "cues",
        "fade = 6",
        "fade = 4000",
        "cues.toml:12: cue 1.5 has fade = 4000; seconds from 0 to 3600 would do",
    ),
    (
        "cues",
        "fade = 6",
        "fade = -1",
        "cues.toml:12: cue 1.5 has fade = -1; seconds from 0 to 3600 would do",
    ),
    (
        "cues",
        "fade = 6",
        "fade = nan",
        "cues.toml:12: cue 1.5 has fade = nan; seconds from 0 to 3600 would do",
    ),
    (
        "cues",
        "fade = 6",
        "fade = true",
        "cues.toml:12: cue 1.5 has fade = true; seconds from 0 to 3600 would do",
    ),
    (
        "cues",
        "fade = 6",
        "fadde = 6",
        'cues.toml:12: cue 1.5 has "fadde", which means nothing there; did you mean "fade"?',
    ),
    (
        "cues",
        '"ease"',
        '"easy"',
        'cues.toml:13: cue 1.5 has curve = "easy"; "linear", "ease", "slow" (starts slowly) or "fast" '
        "(ends slowly) would do",
    ),
    (
        "cues",
        '"2"\n',
        "2.5\n",
        'cues.toml:17: cue 3 has number = 2.5; a decimal number in quotes, such as "3.2", would do',
    ),
    (
        "cues",
        'act = "Second"\nlook = "safe"\n',
        "",
        'cues.toml:16: cue 2 has no "look"; a name of 1 to 60 letters in quotes would do',
    ),
    (
        "show",
        "title",
        "rate_hz = 500\ntitle",
        "show.toml:1: the file has rate_hz = 500; ticks a second from 1 to 240 would do",
    ),
    (
        "show",
        "[1.0, 2.0]",
        "[1.0]",
        'show.toml:7: wearer "Elif" has at = a list of 1; a place such as [1.5, 0.2], in metres, would do',
    ),
    (
        "show",
        "tension = ",
        '"a b" = 1\ntension = ',
        'show.toml:23: [signals] has the name "a b"; names made of letters, digits and _ would do',
    ),
    (
        "show",
        "[signals]",
        "[safety]\npanic = 99\n[signals]",
        "show.toml:23: [safety] has panic = 99; seconds from 0 to 10 would do",
    ),
    (
        "looks",
        "floor = 0.05",
        "floor = 5",
        'looks.toml:3: look "safe" has floor = 5; a number from 0 to 1 would do',
    ),
    (
        "looks",
        '"#102030"',
        '"blue"',
        'looks.toml:5: look "safe", layer 1 has color = "blue"; "oklch(0.70 0.12 200)" or "#40c0ff" would do',
    ),
    (
        "looks",
        "level = 0.08",
        "level = true",
        'looks.toml:5: look "safe", layer 1 has level = true; an expression in quotes, or a number, would do',
    ),
    (
        "looks",
        "speed = 2",
        "speed = [2]",
        'looks.toml:12: look "ebb", layer 2 has speed = a list of 1; an expression in quotes, or a number, would do',
    ),
    (
        "looks",
        "speed = 2",
        'speed = "2 +"',
        'looks.toml:12: look "ebb", layer 2, speed ends where a number, a name or a bracket belongs',
    ),
    (
        "garments",
        "pixels = 6",
        "pixels = 0",
        'garments.toml:7: kind "sash", strip 1 has pixels = 0; a whole number from 1 to 10000 would do',
    ),
    (
        "garments",
        "[3, 4, 0]",
        "[3, 4]",
        'garments.toml:6: kind "sash", strip 1 has path = a list of 2; a list of points such as [0.1, '
        "0.2, 0.0], in metres and within 10 of the sternum, would do",
    ),
    (
        "scenes",
        'tide = "0.2"',
        'tide = "0.2kg"',
        'scenes.toml:5: scene "shore", parameter "tide" has a number with the unit "kg"; known are '
        "s ms min bpm Hz % g µS",
    ),
    (
        "patch",
        "[sacn]",
        "[sacn]\npriority = 201",
        "patch.toml:2: [sacn] has priority = 201; a priority from 0 to 200 would do",
    ),
    (
        "patch",
        "[sacn]",
        "[ar]\nport = 0\n[sacn]",
        "patch.toml:2: [ar] has port = 0; a port from 1 to 65535 would do",
    ),
    (
        "patch",
        "universe = 1",
        "universe = 64000",
        'patch.toml:6: garment "other-1" has universe = 64000; a universe from 1 to 63999 would do',
    ),
    (
        "patch",
        "slot = 10",
        "slot = 0",
        'patch.toml:7: garment "other-1" has slot = 0; a slot from 1 to 512 would do',
    ),
    (
        "patch",
        "[sacn]",
        '[sacn]\nsource = "şşşşşşşşşşşşşşşşşşşşşşşşşşşşşşşş"',
        'patch.toml:2: [sacn] has source = "şşşşşşşşşşşşşşşşşşşşşşşşşşşşşşşş"; a name of 1 to 63 bytes would do',
    ),
    (
        "show",
        "[[wearer]]",
        '[[wearers]]\nname = "Zoe"\n\n[[wearer]]',
        'show.toml:5: the file has "wearers", which means nothing there; did you mean "wearer"?',
    ),
    (
        "cues",
        'look = "safe"\nwhen',
        'look = "safe"\nlayers = 1\nwhen',
        'cues.toml:20: cue 2 has "layers", which means nothing there',
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "said"), CHANGES)
def test_a_problem_says_where_what_and_what_would_do(file: str, old: str, new: str, said: str) -> None:
    assert problems(changed(file, old, new)) == [f"x/{said}"]


def test_garments_past_the_last_universe_are_told() -> None:
    texts = changed("garments", "pixels = 6", "pixels = 600")
    texts["patch"] = '[sacn]\nuniverse = 63997\n[[garment]]\nname = "elif"\nuniverse = 63998\n'
    assert problems(texts) == [
        'x/patch.toml:2: garment "other-1" goes past universe 63999, the last one',
        'x/patch.toml:5: garment "elif" goes past universe 63999, the last one',
    ]


def test_more_pixels_than_the_house_is_drawn_for_are_told() -> None:
    strips = '[[kind.strip]]\nregion = "hem"\npath = [[0, 0, 1]]\npixels = 10000\n' * 30
    assert problems(changed("garments", "[[garment]]", strips + "[[garment]]")) == [
        "x/garments.toml:1: all garments together have 600016 pixels; at most 500000 would do"
    ]


def test_all_problems_of_all_files_come_at_once_by_file_and_line() -> None:
    texts = SMALL | {
        "cues": SMALL["cues"].replace('"ebb"', '"eb"').replace("fade = 6", "fade = -1"),
        "looks": SMALL["looks"].replace("breath.swell", "breath.swel"),
        "show": SMALL["show"].replace("title", "titel"),
    }
    assert problems(texts) == [
        'x/cues.toml:5: cue 1 asks for the look "eb", and there is no such look; did you mean "ebb"?',
        'x/cues.toml:10: cue 1.5 asks for the look "eb", and there is no such look; did you mean "ebb"?',
        "x/cues.toml:12: cue 1.5 has fade = -1; seconds from 0 to 3600 would do",
        'x/looks.toml:11: look "ebb", layer 1, level listens to "breath.swel", which no sensor or source provides; '
        'did you mean "breath.swell"?',
        'x/show.toml:1: the file has "titel", which means nothing there; did you mean "title"?',
    ]


def test_a_file_that_cannot_be_read_does_not_make_everything_unknown() -> None:
    texts = dict.fromkeys(("show", "garments", "looks", "scenes"), "?")
    assert [text.split(":")[0] for text in problems(SMALL | texts)] == [
        "x/garments.toml",
        "x/looks.toml",
        "x/scenes.toml",
        "x/show.toml",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "x/cues.toml: is empty; it may not have been saved to its end"),
        (b" \n\n", "x/cues.toml: is empty; it may not have been saved to its end"),
        (
            b"# nothing yet\n",
            'x/cues.toml:1: the file has no [[cue]]; at least one, such as number = "1", with its look, would do',
        ),
        (b'[[cue]]\nnumber = "1"\nlook =\n', "x/cues.toml:3: is not TOML at letter 7: invalid value"),
        (
            b'[[cue]]\nnumber = "1',
            "x/cues.toml:2: ends in the middle of something; it may not have been saved to its end",
        ),
        (
            b'[[cue]]\nnumber "1"\n',
            "x/cues.toml:2: is not TOML at letter 8: expected '=' after a key in a key/value pair",
        ),
        (b'[[cue]]\nnumber = "\xff"\n', "x/cues.toml:2: has bytes that are not UTF-8; save it as UTF-8"),
        (b"x = " + b"[" * 100 + b"]" * 100, "x/cues.toml: has brackets nested too deep"),
        (b"x = " + b"[" * 5000, "x/cues.toml: has brackets nested too deep"),
        (b"#" * 4_000_001, "x/cues.toml: is larger than 4 MB, which is no file of a show"),
        (b"cue = 3\n", "x/cues.toml:1: the file has cue = 3; [[cue]] tables, at most 2000, would do"),
        (b"cue = [3]\n", "x/cues.toml:1: cue 1 is 3; a table would do"),
    ],
)
def test_a_file_that_is_empty_half_saved_or_something_else_says_so(text: bytes, said: str) -> None:
    write(Path("x"), changed("show", 'opening = "1"\n', ""))
    (Path("x") / "cues.toml").write_bytes(text)
    with pytest.raises(ShowProblems) as error:
        load(Path("x"))
    assert str(error.value) == said


def test_a_missing_folder_and_a_missing_file_say_so() -> None:
    with pytest.raises(ShowProblems) as error:
        load(Path("nowhere").absolute())
    files = "show.toml, garments.toml, looks.toml, cues.toml, scenes.toml, patch.toml"
    assert str(error.value) == f"nowhere: is missing; a folder with {files} would do"
    Path("file").write_text("")
    with pytest.raises(ShowProblems) as error:
        load(Path("file"))
    assert str(error.value) == "file: is not a folder; the folder of a show would do"
    write(Path("x"), {name: text for name, text in SMALL.items() if name not in ("scenes", "patch")})
    (Path("x") / "scenes.toml").mkdir()
    with pytest.raises(ShowProblems) as error:
        load(Path("x"), Path("venue.toml"))
    assert [problem.file for problem in error.value.problems] == ["venue.toml", "x/scenes.toml"]
    assert error.value.problems[0] == Problem("venue.toml", 0, "is missing")


@pytest.mark.parametrize("key", ["model_extra", "model_fields", "__class__", "effect2", "copy"])
def test_a_layer_has_no_key_that_reaches_into_the_program(key: str) -> None:
    (found,) = problems(changed("looks", "speed = 2", f"{key} = 2"))
    said = f'x/looks.toml:12: look "ebb", layer 2 has "{key}", which the effect "heartbeat" does not take'
    assert found.startswith(said)


@pytest.mark.parametrize("number", ["9" * 400, "0x" + "f" * 5000])
def test_a_number_beyond_all_numbers_is_told_like_any_other(number: str) -> None:
    said = "a number too large for TOML"
    assert problems(changed("cues", "fade = 6", f"fade = {number}")) == [
        f"x/cues.toml:12: cue 1.5 has fade = {said}; seconds from 0 to 3600 would do"
    ]
    assert problems(changed("looks", "speed = 2", f"speed = {number}")) == [
        f'x/looks.toml:12: look "ebb", layer 2 has speed = {said}; an expression in quotes, or a number, would do'
    ]
