"""The time zones and hours that the setup form offers: at most a hundred, whoever asks."""

from functools import cache
from zoneinfo import available_timezones

_NAMES = """
UTC
Africa/Cairo Africa/Casablanca Africa/Johannesburg Africa/Lagos Africa/Nairobi
America/Anchorage America/Argentina/Buenos_Aires America/Bogota America/Caracas America/Chicago
America/Denver America/Guatemala America/Halifax America/Lima America/Los_Angeles
America/Mexico_City America/Montevideo America/New_York America/Phoenix America/Puerto_Rico
America/Regina America/Santiago America/Sao_Paulo America/St_Johns America/Toronto
America/Vancouver
Asia/Almaty Asia/Amman Asia/Baghdad Asia/Baku Asia/Bangkok Asia/Beirut Asia/Colombo Asia/Dhaka
Asia/Dubai Asia/Ho_Chi_Minh Asia/Hong_Kong Asia/Jakarta Asia/Jerusalem Asia/Kabul Asia/Karachi
Asia/Kathmandu Asia/Kolkata Asia/Kuala_Lumpur Asia/Manila Asia/Riyadh Asia/Seoul Asia/Shanghai
Asia/Singapore Asia/Taipei Asia/Tashkent Asia/Tbilisi Asia/Tehran Asia/Tokyo Asia/Yangon
Asia/Yerevan
Atlantic/Azores Atlantic/Cape_Verde Atlantic/Reykjavik
Australia/Adelaide Australia/Brisbane Australia/Darwin Australia/Perth Australia/Sydney
Europe/Amsterdam Europe/Athens Europe/Belgrade Europe/Berlin Europe/Brussels Europe/Bucharest
Europe/Budapest Europe/Copenhagen Europe/Dublin Europe/Helsinki Europe/Istanbul Europe/Kyiv
Europe/Lisbon Europe/London Europe/Madrid Europe/Moscow Europe/Oslo Europe/Paris Europe/Prague
Europe/Rome Europe/Sofia Europe/Stockholm Europe/Vienna Europe/Vilnius Europe/Warsaw Europe/Zurich
Pacific/Apia Pacific/Auckland Pacific/Fiji Pacific/Guam Pacific/Honolulu
"""
ZONES = _NAMES.split()
FIRST_HOUR, LAST_HOUR = 6, 20


@cache
def offered(current: str) -> list[str]:
    """Every offset and large engineering place, with the current zone first where it is not listed."""
    if current in ZONES or current not in available_timezones():
        return ZONES
    return [current, *ZONES]


def digest_times(current: str) -> list[str]:
    """Half hours of a working day as `HH:MM`, with the current time among them."""
    halves = {
        f"{hour:02d}:{half}" for hour in range(FIRST_HOUR, LAST_HOUR) for half in ("00", "30")
    }
    return sorted({*halves, f"{LAST_HOUR:02d}:00", current})
