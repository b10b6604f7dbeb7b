"""The clock's words in Vietnamese, English and Chinese: one table, used by pages, slips and the command line."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from portal.clock import acts
from portal.clock.explain import Because, Idle, Kind, Line, Parameter
from portal.clock.limit import MINUTES_PER_HOUR, MINUTES_PER_WORKING_DAY, Unit
from portal.clock.year import Name

LANGUAGES = ("vi", "en", "zh")

_WEEKDAYS = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
}
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_LINES: Mapping[Kind, tuple[str, str, str]] = {
    Kind.RECEIVED: ("Tiếp nhận hồ sơ lúc {at}.", "Dossier received at {at}.", "{at}收到申报材料。"),
    Kind.ENTERED: ("Chuyển đến bước này lúc {at}.", "This step began at {at}.", "{at}进入本环节。"),
    Kind.FILED: ("Nộp hồ sơ trực tuyến lúc {at}.", "Filed online at {at}.", "{at}在线提交申报。"),
    Kind.EFFECTIVE: (
        "{because}: coi như đến lúc {at}.",
        "{because}: it counts as received at {at}.",
        "{because}：视为{at}收到。",
    ),
    Kind.LIMIT: (
        "Thời hạn: {limit}{source}{unverified}{cutoff}.",
        "Time allowed: {limit}{source}{unverified}{cutoff}.",
        "时限：{limit}{source}{unverified}{cutoff}。",
    ),
    Kind.DAY_NOT_COUNTED: (
        "Ngày {day} là ngày bắt đầu, không tính; ngày thứ nhất là ngày tiếp theo.",
        "{day} is the day it starts and is not counted; day one is the day after.",
        "{day}为起始日，不计入；次日为第一天。",
    ),
    Kind.OFFICE_HOURS: (
        "Chỉ tính giờ làm việc: {hours}.",
        "Only office hours count: {hours}.",
        "只计办公时间：{hours}。",
    ),
    Kind.SHORT_MONTH: (
        "Tháng này không có ngày {number}: tính đến ngày cuối tháng, {day}.",
        "That month has no day {number}: its last day counts, {day}.",
        "该月没有{number}日：以月末{day}为准。",
    ),
    Kind.WEEKEND: (
        "Nghỉ cuối tuần từ {day}: không tính {days} ngày.",
        "Weekend from {day}: {days_en} not counted.",
        "{day}起周末休息：{days}天不计入。",
    ),
    Kind.HOLIDAY: (
        "{name}, {day}: ngày nghỉ, không tính.",
        "{name}, {day}: a day off, not counted.",
        "{day}，{name}：放假，不计入。",
    ),
    Kind.MAKE_UP_DAY: (
        "{day} làm bù cho {instead_of}: tính là ngày làm việc.",
        "{day} makes up for {instead_of}: it counts as a working day.",
        "{day}为{instead_of}补班：计为工作日。",
    ),
    Kind.PAUSE: (
        "Tạm dừng tính thời hạn từ {at} đến {until}{answered}{reason}{legal_ground}: {taken}.",
        "Clock stopped from {at} to {until}{answered}{reason}{legal_ground}: {taken}.",
        "{at}至{until}{answered}暂停计时{reason}{legal_ground}：{taken}。",
    ),
    Kind.PAUSE_OPEN: (
        "Đang tạm dừng từ {at}{reason}{legal_ground}. Hạn này coi như nay hết dừng, tính tiếp từ {until}: {taken}.",
        "Clock stopped since {at}{reason}{legal_ground}. As if it ended now, to run again from {until}: {taken}.",
        "自{at}起暂停计时{reason}{legal_ground}。下列日期按此事项现在完成、自{until}起继续计时推算：{taken}。",
    ),
    Kind.PAUSE_WITHOUT_EFFECT: (
        "Tạm dừng từ {at}{until_said} không làm thay đổi thời hạn: {because}.",
        "The stop from {at}{until_said} changes nothing: {because}.",
        "{at}起{until_said}的暂停不影响时限：{because}。",
    ),
    Kind.RESTART: (
        "Thủ tục này tính lại từ đầu toàn bộ thời hạn sau khi tạm dừng, từ {at}.",
        "After a stop this procedure counts its whole limit anew, from {at}.",
        "本办件事项在暂停后自{at}起重新计算全部时限。",
    ),
    Kind.HELD: (
        "Hẹn trả không sớm hơn {day}, ngày hết tạm dừng.",
        "Not due before {day}, the day the stop ended.",
        "到期日不早于暂停结束之日{day}。",
    ),
    Kind.EXTENSION: (
        "Ngày {day}, cơ quan xin lỗi và hẹn lại đến {until}{reason}.",
        "On {day} the agency apologised and promised {until} instead{reason}.",
        "{day}，机关致歉并延期至{until}{reason}。",
    ),
    Kind.REOPENED: (
        "Hồ sơ được mở lại lúc {at}{reason}; thời hạn vẫn tính liên tục.",
        "Dossier reopened at {at}{reason}; its time had never stopped.",
        "{at}办件重新办理{reason}；时限连续计算。",
    ),
    Kind.MOVED: (
        "{day} là ngày nghỉ{name}: hẹn trả chuyển sang {to}.",
        "{day} is a day off{name}: due on {to} instead.",
        "{day}为休息日{name}：到期日顺延至{to}。",
    ),
    Kind.PROVISIONAL: (
        "Tạm tính: lịch nghỉ chính thức năm {years} chưa có.",
        "Provisional: the official days off of {years} are not decided yet.",
        "暂定：{years}年官方放假安排尚未公布。",
    ),
    Kind.NOT_LOADED: (
        "Tạm tính: lịch này chưa có năm {years}. Năm đó mới trừ cuối tuần, chưa trừ ngày lễ, Tết.",
        "Provisional: this calendar does not hold {years}. Only weekends are left out there, no public holiday.",
        "暂定：此日历没有{years}年，该年只扣除周末，未扣除节假日。",
    ),
    Kind.DUE: ("Hạn trả kết quả: {at}.", "Due: {at}.", "到期时间：{at}。"),
}

_BECAUSE: Mapping[Because, tuple[str, str, str]] = {
    Because.BEFORE_OPENING: ("Trước giờ làm việc", "Before opening time", "上班前"),
    Because.LUNCH: ("Trong giờ nghỉ trưa", "During the lunch break", "午休时间"),
    Because.AFTER_CLOSING: ("Sau giờ làm việc", "After closing time", "下班后"),
    Because.DAY_OFF: ("Ngày nghỉ", "Not a working day", "非工作日"),
    Because.LATE_IN_THE_DAY: ("Quá giờ nhận trong ngày", "Too late for the same day", "超过当日受理时间"),
}

_IDLE: Mapping[Idle, tuple[str, str, str]] = {
    Idle.BEFORE_RECEPTION: (
        "đã hết trước khi thời hạn bắt đầu tính",
        "it was over before time began to count",
        "在开始计时之前已结束",
    ),
    Idle.AFTER_THE_LIMIT: (
        "khi bắt đầu thì thời hạn đã hết",
        "the limit had run out when it began",
        "开始时时限已届满",
    ),
    Idle.NO_WORKING_TIME: (
        "không có giờ làm việc nào trong đó",
        "no office hour lies in it",
        "其间没有办公时间",
    ),
    Idle.NOT_BEGUN: ("lúc này chưa bắt đầu", "it has not begun yet", "尚未开始"),
}
_UNTIL = (" đến {}", " to {}", "至{}")
_ANSWERED = (
    " (trả lời lúc {}, ngoài giờ làm việc)",
    " (answered at {}, outside office hours)",
    "（于{}非办公时间答复）",
)


def line(one: Line, language: str) -> str:
    """A line of the ledger as a sentence in "vi", "en" or "zh"."""
    parameters = one.parameters
    parts = {key: _parameter(value, language) for key, value in parameters.items()}
    parts |= {
        "at": instant(one.at, language),
        "day": day(one.at.date(), language),
        "days": str(one.days),
        "days_en": _plural(one.days, "day"),
    }
    match one.kind:
        case Kind.EFFECTIVE:
            parts["because"] = _because(parameters, language)
        case Kind.LIMIT:
            parts |= _limit_parts(parameters, language)
        case Kind.PAUSE | Kind.PAUSE_OPEN:
            parts["taken"] = _taken(one, language)
            parts["answered"] = _optional(_ANSWERED, parts.get("answered_at", ""), language)
        case Kind.PAUSE_WITHOUT_EFFECT:
            parts["because"] = _pick(_IDLE[Idle(str(parameters["because"]))], language)
            parts["until_said"] = _optional(_UNTIL, parts.get("until", ""), language)
        case Kind.MOVED:
            parts["name"] = _bracketed(parts.get("name", ""), language)
    for optional in ("reason", "legal_ground"):
        parts[optional] = _bracketed(parts.get(optional, ""), language)
    text = _pick(_LINES[one.kind], language).format_map(parts)
    return text[0].upper() + text[1:]


def remaining(minutes: int, language: str) -> str:
    """Working time left ("còn 2 ngày 3 giờ làm việc"), or by how much it has passed if negative. 1 day = 8 hours."""
    amount = working_time(abs(minutes), language)
    if minutes < 0:
        return {"vi": f"quá hạn {amount}", "en": f"{amount} overdue", "zh": f"逾期{amount}"}[language]
    if minutes == 0:
        return {"vi": "đã đến hạn", "en": "due now", "zh": "已到期限"}[language]
    return {"vi": f"còn {amount}", "en": f"{amount} left", "zh": f"还剩{amount}"}[language]


def working_time(minutes: int, language: str) -> str:
    """An amount of working time in its two largest parts; 1 day = 8 hours."""
    days, rest = divmod(minutes, MINUTES_PER_WORKING_DAY)
    hours, rest = divmod(rest, MINUTES_PER_HOUR)
    amounts = [amount for amount in ((days, 0), (hours, 1), (rest, 2)) if amount[0]][:2] or [(0, 2)]
    if language == "vi":
        return " ".join(f"{count} {('ngày', 'giờ', 'phút')[unit]}" for count, unit in amounts) + " làm việc"
    if language == "zh":
        return "".join(f"{count}{('个工作日', '个工作小时', '个工作分钟')[unit]}" for count, unit in amounts)
    words = [_plural(count, ("day", "hour", "minute")[unit]) for count, unit in amounts]
    first, *others = words
    number, unit_word = first.split(" ")
    return " ".join([f"{number} working {unit_word}", *others])


def instant(moment: datetime, language: str) -> str:
    """An instant in words, at the office's time: "09:00 thứ Năm, 20/08/2026"."""
    clock = f"{moment:%H:%M}"
    if language == "vi":
        return f"{clock} {day(moment.date(), language)}"
    if language == "zh":
        return f"{day(moment.date(), language)}{clock}"
    return f"{clock} on {day(moment.date(), language)}"


def day(on: date, language: str) -> str:
    """A day in words: "thứ Năm, 20/08/2026", "Thursday 20 August 2026", "2026年8月20日（星期四）"."""
    weekday = _pick_weekday(on, language)
    if language == "vi":
        return f"{weekday}, {on:%d/%m/%Y}"
    if language == "zh":
        return f"{on.year}年{on.month}月{on.day}日（{weekday}）"
    return f"{weekday} {on.day} {_MONTHS[on.month - 1]} {on.year}"


def _pick_weekday(on: date, language: str) -> str:
    return _WEEKDAYS[language][on.weekday()]


def _pick(three: tuple[str, str, str], language: str) -> str:
    return three[LANGUAGES.index(language)]


def _parameter(value: Parameter, language: str) -> str:
    if isinstance(value, Name):
        return value.in_language(language)
    if isinstance(value, datetime):
        return instant(value, language)
    if isinstance(value, date):
        return day(value, language)
    return str(value)


_UNITS: Mapping[str, tuple[str, str, str]] = {
    Unit.WORKING_HOUR: ("giờ làm việc", "working hour", "个工作小时"),
    Unit.WORKING_DAY: ("ngày làm việc", "working day", "个工作日"),
    Unit.CALENDAR_DAY: ("ngày", "calendar day", "个自然日"),
    Unit.MONTH: ("tháng", "month", "个月"),
}
_SAME_DAY = ("trong ngày làm việc", "the same working day", "当个工作日内")
_WITHOUT_HOLIDAYS = (", không tính ngày lễ", ", holidays not counted", "，不计节假日")
_CUTOFF = (
    "; nhận sau {time} thì tính từ ngày làm việc tiếp theo",
    "; what arrives after {time} counts from the next working day",
    "；{time}后收到的自下一工作日起算",
)
_UNVERIFIED = ("; con số chưa được đối chiếu với văn bản", "; not yet compared with the act", "；尚未与法规核对")


def limit(amount: str, unit: str, language: str) -> str:
    """A limit in words: "20 ngày làm việc", "20 working days", "20个工作日"."""
    if amount == "0":
        return _pick(_SAME_DAY, language)
    name = _pick(_UNITS[unit], language)
    if language == "en":
        return f"{amount} {name}" if amount == "1" else f"{amount} {name}s"
    return f"{amount}{name}" if language == "zh" else f"{amount} {name}"


def _limit_parts(parameters: Mapping[str, Parameter], language: str) -> dict[str, str]:
    minutes = parameters.get("minutes")
    if isinstance(minutes, int):
        said = _in_hours(minutes, language)
    else:
        said = limit(str(parameters["amount"]), str(parameters["unit"]), language)
    if parameters.get("skips_holidays"):
        said += _pick(_WITHOUT_HOLIDAYS, language)
    is_doubtful = parameters.get("verified") is False
    cutoff = parameters.get("same_day_cutoff")
    return {
        "limit": said,
        "source": _bracketed(acts.said(str(parameters.get("source", "")), language), language),
        "unverified": _pick(_UNVERIFIED, language) if is_doubtful else "",
        "cutoff": _pick(_CUTOFF, language).format(time=cutoff) if cutoff else "",
    }


def _in_hours(minutes: int, language: str) -> str:
    """A limit that runs in working hours: "8 working hours", "80 working hours (10 days of 8 hours)"."""
    hours, rest = divmod(minutes, MINUTES_PER_HOUR)
    if not hours or rest:
        return working_time(minutes, language)
    said = limit(str(hours), Unit.WORKING_HOUR, language)
    days, over = divmod(minutes, MINUTES_PER_WORKING_DAY)
    if days > 1 and not over:
        of_eight = {"vi": f"{days} ngày, mỗi ngày 8 giờ", "en": f"{days} days of 8 hours", "zh": f"{days}天，每天8小时"}
        said += _bracketed(of_eight[language], language)
    return said


def _optional(three: tuple[str, str, str], value: str, language: str) -> str:
    return _pick(three, language).format(value) if value else ""


def _because(parameters: Mapping[str, Parameter], language: str) -> str:
    text = _pick(_BECAUSE[Because(str(parameters["because"]))], language)
    name = parameters.get("name")
    return text + _bracketed(name.in_language(language) if isinstance(name, Name) else "", language)


def _taken(one: Line, language: str) -> str:
    """What a pause took out of the count: days, or working time where the unit is hours."""
    if one.days:
        said: Mapping[str, Callable[[int], str]] = {
            "vi": lambda days: f"không tính {days} ngày, kể từ ngày sau ngày dừng đến hết ngày tính tiếp",
            "en": lambda days: f"{_plural(days, 'day')} not counted, from the day after it began to the day it ended",
            "zh": lambda days: f"自暂停次日至恢复计时之日，{days}天不计入",
        }
        return said[language](one.days)
    minutes = one.parameters.get("minutes")
    if not isinstance(minutes, int) or not minutes:
        return {"vi": "không ngày nào bị trừ", "en": "no day is left out", "zh": "没有天数扣除"}[language]
    amount = working_time(minutes, language)
    return {"vi": f"không tính {amount}", "en": f"{amount} not counted", "zh": f"{amount}不计入"}[language]


def _bracketed(text: str, language: str) -> str:
    if not text:
        return ""
    return f"（{text}）" if language == "zh" else f" ({text})"


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
