"""What the clock refuses, said in Vietnamese, English and Chinese; the English words are the errors' own."""

from collections.abc import Mapping
from typing import Final

from portal.clock.errors import CalendarFault, ClockError, Fault, Refusal

_PLACES: Final = {"vi": 0, "zh": 1}

_REFUSALS: Final[Mapping[Refusal, tuple[str, str]]] = {
    Refusal.NAIVE_INSTANT: (
        "thời điểm không ghi múi giờ, nên không biết là lúc nào",
        "该时刻没有时区，无法确定是何时",
    ),
    Refusal.UNREADABLE_LIMIT: (
        'không phải thời hạn đếm được (hãy ghi như "3 working days", "8 working hours", "20 calendar days", "1 month")',
        "不是可计算的时限（请写成例如“3 working days”、“8 working hours”、“20 calendar days”、“1 month”）",
    ),
    Refusal.UNREADABLE_PAUSE: (
        "khoảng tạm dừng kết thúc trước khi bắt đầu",
        "暂停的结束早于开始",
    ),
    Refusal.UNREADABLE_CALENDAR: ("không đọc được lịch", "日历无法读取"),
    Refusal.OPEN_PAUSE_WITHOUT_NOW: (
        "khoảng tạm dừng chưa kết thúc, cần biết bây giờ là lúc nào",
        "暂停尚未结束，需要知道当前时刻",
    ),
    Refusal.BEYOND_THE_CALENDAR: (
        "nằm ngoài các năm mà lịch này đếm được",
        "超出此日历可以计算的年份",
    ),
}

_FAULTS: Final[Mapping[Fault, tuple[str, str]]] = {
    Fault.TOO_LARGE: ("dài hơn {kilobytes} kB", "超过{kilobytes} kB"),
    Fault.NOT_TEXT: ("không phải văn bản UTF-8", "不是UTF-8文本"),
    Fault.TOO_DEEP: ("lồng nhau quá sâu, hoặc có số dài bất tận", "嵌套过深，或数字过长"),
    Fault.NOT_TOML: ("không phải TOML: dòng {line}, cột {column}", "不是TOML：第{line}行第{column}列"),
    Fault.CUT_OFF: ("không phải TOML: dừng giữa chừng", "不是TOML：中途结束"),
    Fault.NO_SUCH_DAY: ("dòng {line}: không có ngày {day}", "第{line}行：没有{day}这一天"),
    Fault.UNKNOWN_SECTION: ("không có mục nào tên {sections}", "没有名为{sections}的部分"),
    Fault.UNKNOWN_KEY: (
        "[{section}] không có `{key}` (chỉ có {known}): {row}",
        "[{section}]不能写`{key}`（只能写{known}）：{row}",
    ),
    Fault.NOT_A_LIST: ("[{section}] không phải danh sách", "[{section}]不是列表"),
    Fault.NOT_A_TABLE: ("[{section}] không phải bảng", "[{section}]不是表"),
    Fault.LINE_NOT_A_TABLE: ("một dòng của [{section}] không phải bảng", "[{section}]中有一行不是表"),
    Fault.LINE_TWICE: ("có dòng lặp lại trong [{section}]", "[{section}]中有重复的行"),
    Fault.YEAR_INCOMPLETE: ("năm cần có `year` và `official`: {row}", "年份需要`year`和`official`：{row}"),
    Fault.NO_SUCH_NAME: ('không có tên "{name}"', "没有名称“{name}”"),
    Fault.NOT_A_WEEKDAY: ("không phải thứ trong tuần: {weekdays}", "不是星期：{weekdays}"),
    Fault.NOT_OPENING_HOURS: (
        'không phải giờ làm việc: "{text}" (hãy ghi như "07:00-11:30")',
        "不是办公时间：“{text}”（请写成例如“07:00-11:30”）",
    ),
    Fault.NOT_A_SEASON: (
        'không phải mùa: "{text}" (hãy ghi như "04-16/10-15")',
        "不是季节：“{text}”（请写成例如“04-16/10-15”）",
    ),
    Fault.NO_TEXT: ("`{key}` bị thiếu hoặc không phải chữ: {row}", "`{key}`缺失或不是文字：{row}"),
    Fault.NO_TEXTS: ("`{key}` không phải danh sách chữ: {row}", "`{key}`不是文字列表：{row}"),
    Fault.NOT_YES_OR_NO: ("`{key}` phải là true hoặc false: {row}", "`{key}`必须为true或false：{row}"),
    Fault.NO_DAY: ("`{key}` bị thiếu hoặc không phải ngày: {row}", "`{key}`缺失或不是日期：{row}"),
    Fault.NO_YEARS: ("cần có năm đã nạp", "需要已载入的年份"),
    Fault.YEAR_NOT_LOADED: ("{day} thuộc năm chưa nạp", "{day}所在年份尚未载入"),
    Fault.NO_MAKE_UP_DAY: ("{day} không thể là ngày làm bù", "{day}不能作为补班日"),
    Fault.MAKES_UP_FOR_NOTHING: (
        "{day} làm bù cho {instead_of}, mà ngày đó không phải ngày nghỉ",
        "{day}拟为{instead_of}补班，但后者并非放假日",
    ),
    Fault.HOURS_IN_DISORDER: (
        "giờ làm việc phải theo thứ tự, không rỗng và không chồng lên nhau",
        "办公时间须按顺序、不为空且不重叠",
    ),
    Fault.NO_HOURS: ("không có giờ làm việc cho {day}", "{day}没有办公时间"),
}


def refusal(error: ClockError, language: str) -> str:
    """Why the clock does not answer, in "vi", "en" or "zh"."""
    if language == "en":
        return str(error)
    if isinstance(error, CalendarFault):
        said = _FAULTS[error.kind][_PLACES[language]].format_map(error.parameters)
        return {"vi": f"lịch: {said}", "zh": f"日历：{said}"}[language]
    return _REFUSALS[error.code][_PLACES[language]]
