#include "kubeclient/api/time.h"

#include <algorithm>
#include <array>

namespace windlass {
namespace {

constexpr int64_t kSecondsPerDay = 86400;
constexpr int64_t kMicrosPerSecond = 1000000;
// The first and the last second that RFC 3339 can write, because its years have four digits.
constexpr int64_t kFirstSecond = -62167219200;  // 0000-01-01T00:00:00Z
constexpr int64_t kLastSecond = 253402300799;   // 9999-12-31T23:59:59Z

// Returns number / by, rounded down even for a negative number (a time before 1970).
int64_t FloorDivide(int64_t number, int64_t by) { return number / by - (number % by < 0 ? 1 : 0); }

struct Date {
  int64_t year = 0;
  int64_t month = 1;
  int64_t day = 1;
};

// Returns the days since 1970-01-01 in the proleptic Gregorian calendar. The computation lets a
// year begin in March, so that the leap day is the last day of the year.
int64_t DaysFromDate(const Date& date) {
  const int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t month = date.month > 2 ? date.month - 3 : date.month + 9;
  const int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

Date DateFromDays(int64_t days) {
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const int64_t day_of_era = days - era * 146097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month = (5 * day_of_year + 2) / 153;
  return {year_of_era + era * 400 + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9,
          day_of_year - (153 * month + 2) / 5 + 1};
}

int64_t DaysInMonth(const Date& date) {
  constexpr std::array<int64_t, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0);
  return date.month == 2 && leap ? 29 : kDays.at(static_cast<size_t>(date.month - 1));
}

// Returns `number` with leading zeros: 7 with width 2 is "07". `number` must be 0 or more, and have
// at most `width` digits.
std::string Digits(int64_t number, size_t width) {
  const std::string text = std::to_string(number);
  return std::string(width - text.size(), '0') + text;
}

// Returns "2026-01-02T15:04:05", without a zone. A time outside the years 0 to 9999 is clamped.
std::string FormatSeconds(int64_t unix_seconds) {
  const int64_t clamped = std::clamp(unix_seconds, kFirstSecond, kLastSecond);
  const int64_t days = FloorDivide(clamped, kSecondsPerDay);
  const int64_t second = clamped - days * kSecondsPerDay;
  const Date date = DateFromDays(days);
  return Digits(date.year, 4) + "-" + Digits(date.month, 2) + "-" + Digits(date.day, 2) + "T" +
         Digits(second / 3600, 2) + ":" + Digits(second / 60 % 60, 2) + ":" +
         Digits(second % 60, 2);
}

// Reads pieces from the front of a text. After a mismatch in Expect or Number, `ok` stays false.
// Skip and Digit leave `ok` as it is, and report a mismatch by their result.
struct Scanner {
  std::string_view rest;
  bool ok = true;

  bool Skip(char c) {
    if (rest.empty() || rest[0] != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  void Expect(char c) { ok = Skip(c) && ok; }
  std::optional<int64_t> Digit() {
    if (rest.empty() || rest[0] < '0' || rest[0] > '9') return std::nullopt;
    const int64_t digit = rest[0] - '0';
    rest.remove_prefix(1);
    return digit;
  }
  int64_t Number(int width, int64_t min, int64_t max) {
    int64_t number = 0;
    for (int i = 0; i < width; ++i) {
      const std::optional<int64_t> digit = Digit();
      if (!digit) ok = false;
      number = number * 10 + digit.value_or(0);
    }
    ok = ok && number >= min && number <= max;
    return number;
  }
};

// Reads the digits after a '.' as microseconds: "5" is 500,000. Ignores digits after the sixth. If
// there is no digit, sets `in.ok` to false.
int64_t ScanMicros(Scanner& in) {
  int64_t micros = 0;
  int64_t unit = kMicrosPerSecond;
  std::optional<int64_t> digit = in.Digit();
  if (!digit) in.ok = false;
  for (; digit; digit = in.Digit()) {
    unit /= 10;
    micros += *digit * unit;
  }
  return micros;
}

// Reads a zone such as "Z" or "+02:00". Returns its offset in seconds east of UTC.
int64_t ScanZone(Scanner& in) {
  if (in.Skip('Z')) return 0;
  const int64_t sign = in.Skip('-') ? -1 : 1;
  if (sign == 1) in.Expect('+');
  const int64_t hours = in.Number(2, 0, 23);
  in.Expect(':');
  return sign * (hours * 3600 + in.Number(2, 0, 59) * 60);
}

}  // namespace

std::string FormatTime(WallTime time) { return FormatSeconds(time.unix_seconds) + "Z"; }

std::string FormatMicroTime(int64_t unix_micros) {
  const int64_t unix_seconds = FloorDivide(unix_micros, kMicrosPerSecond);
  const int64_t micros = unix_micros - unix_seconds * kMicrosPerSecond;
  return FormatSeconds(unix_seconds) + "." + Digits(micros, 6) + "Z";
}

std::optional<int64_t> ParseMicroTime(std::string_view text) {
  Scanner in{text};
  Date date;
  date.year = in.Number(4, 0, 9999);
  in.Expect('-');
  date.month = in.Number(2, 1, 12);
  in.Expect('-');
  date.day = in.Number(2, 1, in.ok ? DaysInMonth(date) : 31);
  in.Expect('T');
  const int64_t hour = in.Number(2, 0, 23);
  in.Expect(':');
  const int64_t minute = in.Number(2, 0, 59);
  in.Expect(':');
  const int64_t second = in.Number(2, 0, 59);
  const int64_t micros = in.Skip('.') ? ScanMicros(in) : 0;
  const int64_t zone = ScanZone(in);
  if (!in.ok || !in.rest.empty()) return std::nullopt;
  const int64_t unix_seconds =
      DaysFromDate(date) * kSecondsPerDay + hour * 3600 + minute * 60 + second - zone;
  return unix_seconds * kMicrosPerSecond + micros;
}

std::optional<WallTime> ParseTime(std::string_view text) {
  const std::optional<int64_t> micros = ParseMicroTime(text);
  if (!micros) return std::nullopt;
  return WallTime{FloorDivide(*micros, kMicrosPerSecond)};
}

}  // namespace windlass
