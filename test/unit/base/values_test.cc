// Random, Histogram, Result and the log format.
#include <string>
#include <vector>

#include "kubeclient/base/cut_text.h"
#include "kubeclient/base/histogram.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/random.h"
#include "kubeclient/base/result.h"
#include "test/catch.h"
#include "test/support/draw.h"

namespace windlass::values_test {
namespace {

TEST_CASE("a seed gives the same numbers with every compiler") {
  Random random(42);
  const std::vector<uint32_t> drawn = {random.Next(), random.Next(), random.Next()};
  Random again(42);
  CHECK(drawn == std::vector<uint32_t>{again.Next(), again.Next(), again.Next()});
  CHECK(drawn == std::vector<uint32_t>{3270867926, 1795671209, 1924641435});
}

TEST_CASE("random draws stay inside their bounds") {
  Random random(7);
  for (int i = 0; i < 1000; ++i) {
    CHECK(Below(random, 3) < 3);
    const Duration d = random.Between(milliseconds(5), milliseconds(9));
    CHECK(d >= milliseconds(5));
    CHECK(d < milliseconds(9));
  }
  CHECK(random.Between(seconds(2), seconds(1)) == seconds(2));
}

TEST_CASE("a histogram puts a value into the first bucket whose bound is not below it") {
  Histogram histogram({0.1, 1});
  histogram.Observe(milliseconds(100));
  histogram.Observe(milliseconds(500));
  histogram.Observe(seconds(5));
  CHECK(histogram.counts == std::vector<uint64_t>{1, 1, 1});
  CHECK(histogram.count() == 3);
  CHECK(histogram.sum == Approx(5.6));
}

Result<int> Half(int number) {
  if (number % 2 != 0) return Error{ErrorKind::kInvalid, "odd"};
  return number / 2;
}
Result<int> Quarter(int number) {
  WINDLASS_TRY(const int half, Half(number));
  WINDLASS_TRY(const int quarter, Half(half));
  return quarter;
}

TEST_CASE("WINDLASS_TRY returns the first error") {
  CHECK(Quarter(8) == Result<int>(2));
  CHECK(Quarter(6).error().message == "odd");
  CHECK(Error{ErrorKind::kInvalid, "odd"}.Context("halve 3").message == "halve 3: odd");
}

TEST_CASE("no value can forge a log line") {
  const LogFields fields = {{"name", "a\nb\" c"}, {"count", 3}, {"plain", "web"}};
  CHECK(FormatLogLine(LogFormat::kText, LogLevel::kInfo, "scaled", fields) ==
        R"(info scaled name="a\nb\" c" count=3 plain=web)");
  CHECK(FormatLogLine(LogFormat::kJson, LogLevel::kInfo, "scaled", fields) ==
        R"({"level":"info","msg":"scaled","name":"a\nb\" c","count":3,"plain":"web"})");
}

TEST_CASE("long values are cut") {
  const std::string line =
      FormatLogLine(LogFormat::kText, LogLevel::kInfo, "x", {{"value", std::string(5000, 'a')}});
  CHECK(line.size() < 1100);
}

TEST_CASE("a long value is cut before a character that does not fit whole") {
  struct Row {
    std::string value;
    std::string logged;
  };
  const std::string full(1024, 'a');
  const std::string room_for_one(1023, 'a');
  const std::string bytes(2000, '\x80');  // no UTF-8
  const Row row = GENERATE_COPY(values<Row>({
      {full + "b", full + "…"},
      {full + "ü", full + "…"},
      {room_for_one + "ü", room_for_one + "…"},
      {room_for_one + "\xF0\x9F\x9A\x80", room_for_one + "…"},  // four bytes
      {std::string(1022, 'a') + "üb", std::string(1022, 'a') + "ü…"},
      {bytes, bytes.substr(0, 1024) + "…"},
  }));
  CAPTURE(row.value.size());
  CHECK(FormatLogLine(LogFormat::kText, LogLevel::kInfo, "x", {{"value", row.value}}) ==
        "info x value=" + row.logged);
}

TEST_CASE("texts are cut between characters") {
  const std::string a1023(1023, 'a');
  struct Row {
    std::string message;
    std::string want;
  };
  const Row row = GENERATE_COPY(values<Row>({
      {"short", "short"},
      {a1023 + "b", a1023 + "b"},
      {a1023 + "bc", a1023 + "b"},
      {a1023 + "é", a1023},
      {a1023.substr(2) + "€", a1023.substr(2) + "€"},
      {a1023.substr(1) + "€", a1023.substr(1)},
      {a1023.substr(2) + "😀", a1023.substr(2)},
      {std::string(2000, '\x80'), std::string(1024, '\x80')},  // no UTF-8
  }));
  CHECK(CutText(row.message, 1024) == row.want);
}

}  // namespace
}  // namespace windlass::values_test
