"""The short names that Slack messages use most, as characters."""

import re

EMOJI: dict[str, str] = {
    "+1": "👍", "-1": "👎", "100": "💯", "alarm_clock": "⏰", "arrow_down": "⬇️",
    "arrow_down_small": "🔽", "arrow_forward": "▶️", "arrow_left": "⬅️", "arrow_right": "➡️",
    "arrow_up": "⬆️", "arrow_up_small": "🔼", "arrow_upper_right": "↗️",
    "arrow_lower_right": "↘️", "arrows_counterclockwise": "🔄", "balloon": "🎈",
    "bar_chart": "📊", "bell": "🔔", "no_bell": "🔕", "bike": "🚲", "blue_book": "📘",
    "blush": "😊", "bookmark": "🔖", "books": "📚", "boom": "💥", "bug": "🐛", "bulb": "💡",
    "calendar": "📆", "date": "📅", "car": "🚗", "red_car": "🚗", "chart": "💹",
    "chart_with_downwards_trend": "📉", "chart_with_upwards_trend": "📈",
    "checkered_flag": "🏁", "clap": "👏", "clipboard": "📋", "coin": "🪙", "compass": "🧭",
    "construction": "🚧", "credit_card": "💳", "cry": "😢", "dart": "🎯", "dollar": "💵",
    "moneybag": "💰", "door": "🚪", "envelope": "✉️", "exclamation": "❗",
    "heavy_exclamation_mark": "❗", "eyes": "👀", "face_with_monocle": "🧐", "fire": "🔥",
    "fuelpump": "⛽", "gear": "⚙️", "gift": "🎁", "grey_question": "❔", "grin": "😁",
    "hammer": "🔨", "hammer_and_wrench": "🛠️", "handshake": "🤝", "heart": "❤️",
    "heavy_check_mark": "✔️", "heavy_plus_sign": "➕", "heavy_minus_sign": "➖",
    "hourglass": "⌛", "hourglass_flowing_sand": "⏳", "hugging_face": "🤗",
    "information_source": "ℹ️", "joy": "😂", "key": "🔑", "large_blue_circle": "🔵",
    "large_green_circle": "🟢", "large_yellow_circle": "🟡", "large_orange_circle": "🟠",
    "red_circle": "🔴", "white_circle": "⚪", "black_circle": "⚫", "link": "🔗", "lock": "🔒",
    "unlock": "🔓", "mag": "🔍", "map": "🗺️", "world_map": "🗺️", "medal": "🏅", "mega": "📣",
    "loudspeaker": "📢", "memo": "📝", "pencil": "📝", "pencil2": "✏️", "microscope": "🔬",
    "minus": "➖", "money_with_wings": "💸", "motorway": "🛣️", "muscle": "💪", "mute": "🔇",
    "new": "🆕", "no_entry": "⛔", "no_entry_sign": "🚫", "ok": "🆗", "ok_hand": "👌",
    "open_hands": "👐", "package": "📦", "paperclip": "📎", "partying_face": "🥳",
    "point_down": "👇", "point_left": "👈", "point_right": "👉", "point_up": "☝️",
    "pray": "🙏", "pushpin": "📌", "question": "❓", "raised_hands": "🙌", "repeat": "🔁",
    "robot_face": "🤖", "rocket": "🚀", "rotating_light": "🚨", "runner": "🏃", "sailboat": "⛵",
    "scales": "⚖️", "see_no_evil": "🙈", "seedling": "🌱", "shield": "🛡️", "shipit": "🐿️",
    "slightly_smiling_face": "🙂", "smile": "😄", "smiley": "😃", "snail": "🐌",
    "sob": "😭", "sparkles": "✨", "speech_balloon": "💬", "star": "⭐", "star2": "🌟",
    "stopwatch": "⏱️", "sunglasses": "😎", "sunny": "☀️", "tada": "🎉", "test_tube": "🧪",
    "thinking_face": "🤔", "thumbsdown": "👎", "thumbsup": "👍", "timer_clock": "⏲️",
    "toolbox": "🧰", "traffic_light": "🚦", "trophy": "🏆", "turtle": "🐢",
    "vertical_traffic_light": "🚦", "warning": "⚠️", "wastebasket": "🗑️", "wave": "👋",
    "white_check_mark": "✅", "ballot_box_with_check": "☑️", "white_large_square": "⬜",
    "black_large_square": "⬛", "large_green_square": "🟩", "large_yellow_square": "🟨",
    "large_orange_square": "🟧", "large_red_square": "🟥", "large_blue_square": "🟦",
    "wink": "😉", "wrench": "🔧", "x": "❌", "zap": "⚡", "zzz": "💤", "one": "1️⃣",
    "two": "2️⃣", "three": "3️⃣", "four": "4️⃣", "five": "5️⃣", "brain": "🧠",
    "bust_in_silhouette": "👤", "busts_in_silhouette": "👥", "file_folder": "📁",
    "page_facing_up": "📄", "receipt": "🧾", "recycle": "♻️", "broom": "🧹",
    "leaves": "🍃", "herb": "🌿", "potted_plant": "🪴", "crystal_ball": "🔮",
    "ticket": "🎫", "label": "🏷️", "triangular_flag_on_post": "🚩", "wavy_dash": "〰️",
    "arrow_heading_up": "⤴️", "arrow_heading_down": "⤵️", "leftwards_arrow_with_hook": "↩️",
    "back": "🔙", "plus1": "👍", "ear": "👂", "coffee": "☕", "beers": "🍻", "pizza": "🍕",
}  # fmt: skip

QUICK_REACTIONS = ("white_check_mark", "eyes", "raised_hands", "tada", "heart", "+1")

SHORT_NAME = re.compile(r":([a-z0-9_+'-]+):(?::skin-tone-[2-6]:)?")


def emoji_for(name: str) -> str | None:
    """Return the character of a short name (`tada`, `wave::skin-tone-3`), or None when unknown."""
    return EMOJI.get(name.split("::", 1)[0])


def with_emoji(text: str) -> str:
    """Replace the known `:short_names:` in plain text; unknown ones stay as typed."""
    return SHORT_NAME.sub(lambda match: emoji_for(match[1]) or match[0], text)
