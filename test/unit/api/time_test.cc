// metav1.Time and metav1.MicroTime as text.
#include "kubeclient/api/time.h"

#include <string>

#include "test/catch.h"
#include "test/property.h"
#include "test/proves.h"

namespace windlass::time_test {
namespace {

TEST_CASE("times are read with any offset and fraction, which is cut") {
  struct Row {
    std::string text;
    int64_t want_micros;
  };
  const Row row = GENERATE(values<Row>({
      {"1970-01-01T00:00:00Z", 0},
      {"2026-01-02T15:04:05Z", 1767366245000000},
      {"2026-01-02T15:04:05.123456Z", 1767366245123456},
      {"2026-01-02T15:04:05.1Z", 1767366245100000},
      {"2026-01-02T15:04:05.999999999Z", 1767366245999999},
      {"2026-01-02T16:04:05+01:00", 1767366245000000},
      {"2026-01-02T09:34:05-05:30", 1767366245000000},
      {"2024-02-29T00:00:00Z", 1709164800000000},
      {"2000-02-29T23:59:59Z", 951868799000000},
      {"1969-12-31T23:59:59.5Z", -500000},
      {"1900-03-01T00:00:00Z", -2203891200000000},
      {"0001-01-01T00:00:00Z", -62135596800000000},
      {"9999-12-31T23:59:59Z", 253402300799000000},
  }));
  CAPTURE(row.text);
  CHECK(ParseMicroTime(row.text) == row.want_micros);
  Proves("D-784");
}

TEST_CASE("a fraction is cut towards the past, also before 1970") {
  CHECK(ParseTime("2026-01-02T15:04:05.999Z") == WallTime{1767366245});
  CHECK(ParseTime("1969-12-31T23:59:58.5Z") == WallTime{-2});
}

TEST_CASE("what is no RFC 3339 time is refused") {
  const std::string text = GENERATE(values<std::string>({
      "",
      "now",
      "2026-01-02",
      "2026-01-02T15:04:05",
      "2026-01-02 15:04:05Z",
      "2026-01-02t15:04:05z",
      "2026-13-02T15:04:05Z",
      "2026-00-02T15:04:05Z",
      "2026-02-29T15:04:05Z",
      "1900-02-29T00:00:00Z",
      "2026-04-31T00:00:00Z",
      "2026-01-00T15:04:05Z",
      "2026-01-02T24:04:05Z",
      "2026-01-02T15:60:05Z",
      "2026-01-02T15:04:60Z",
      "2026-01-02T15:04:05.Z",
      "2026-01-02T15:04:05+1:00",
      "2026-01-02T15:04:05+0100",
      "2026-01-02T15:04:05+24:00",
      "2026-01-02T15:04:05Z ",
      " 2026-01-02T15:04:05Z",
      "26-01-02T15:04:05Z",
      "2026-1-2T15:04:05Z",
      "12026-01-02T15:04:05Z",
      "-026-01-02T15:04:05Z",
      "2026-01-02T15:04:05ZZ",
  }));
  CAPTURE(text);
  CHECK_FALSE(ParseTime(text).has_value());
  CHECK_FALSE(ParseMicroTime(text).has_value());
}

TEST_CASE("times are written in UTC: whole seconds, or exactly six digits") {
  CHECK(FormatTime({1767366245}) == "2026-01-02T15:04:05Z");
  CHECK(FormatTime({-1}) == "1969-12-31T23:59:59Z");
  CHECK(FormatMicroTime(1767366245000000) == "2026-01-02T15:04:05.000000Z");
  CHECK(FormatMicroTime(1767366245000042) == "2026-01-02T15:04:05.000042Z");
  CHECK(FormatMicroTime(-1) == "1969-12-31T23:59:59.999999Z");
  Proves("D-783");
}

TEST_CASE("a time that has no four-digit year is written as the nearest that has") {
  CHECK(FormatTime({INT64_MAX}) == "9999-12-31T23:59:59Z");
  CHECK(FormatTime({INT64_MIN}) == "0000-01-01T00:00:00Z");
}

TEST_CASE("what is written is read back") {
  CheckProperty("seconds and microseconds", [] {
    const auto micros = *rc::gen::inRange<int64_t>(-62135596800000000, 253402300799000000);
    RC_ASSERT(ParseMicroTime(FormatMicroTime(micros)) == micros);
    const WallTime time{micros / 1000000};
    RC_ASSERT(ParseTime(FormatTime(time)) == time);
  });
}

}  // namespace
}  // namespace windlass::time_test
