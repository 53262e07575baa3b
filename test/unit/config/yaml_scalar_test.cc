// Plain scalars, as kubectl reads them.
#include "kubeclient/config/yaml_scalar.h"

#include <string>
#include <vector>

#include "test/catch.h"

namespace windlass::yaml_scalar_test {
namespace {

using namespace std::string_literals;

// The values are those that sigs.k8s.io/yaml makes of the same texts.
TEST_CASE("a plain scalar is what kubectl makes of it") {
  struct Row {
    std::string text;
    YamlScalar value;
  };
  const std::vector<Row> rows = {
      {"", nullptr},
      {"~", nullptr},
      {"NULL", nullptr},
      {"nULL", "nULL"s},
      {"True", true},
      {"yes", true},
      {"on", true},
      {"y", true},
      {"Off", false},
      {"N", false},
      {"tRUE", "tRUE"s},
      {"0", int64_t{0}},
      {"-0", int64_t{0}},
      {"12", int64_t{12}},
      {"+12", int64_t{12}},
      {"-12", int64_t{-12}},
      {"1_000", int64_t{1000}},
      {"0644", int64_t{420}},
      {"0o644", int64_t{420}},
      {"0x1F", int64_t{31}},
      {"0b101", int64_t{5}},
      {"-0b101", int64_t{-5}},
      {"089", int64_t{89}},
      {"9223372036854775807", INT64_MAX},
      {"-9223372036854775808", INT64_MIN},
      {"9223372036854775808", uint64_t{9223372036854775808U}},
      {"18446744073709551616", 18446744073709551616.0},
      {"1.5", 1.5},
      {".5", 0.5},
      {"-1.5", -1.5},
      {"1e+3", int64_t{1000}},
      {"1.5e-1", 0.15},
      {"1e3", int64_t{1000}},
      {"1.", int64_t{1}},
      {"1.2.3", "1.2.3"s},
      {"-", "-"s},
      {"_1", "_1"s},
      {"1__0", int64_t{10}},
      {"-0644", int64_t{-420}},
      {"1_0.5", 10.5},
      {"+", "+"s},
      {".", "."s},
      {"0x", "0x"s},
      {"0xg", "0xg"s},
      {"--1", "--1"s},
      {"1:30", "1:30"s},
      {"2001-12-14", "2001-12-14"s},
      {"100m", "100m"s},
      {"1Gi", "1Gi"s},
      {"web:2", "web:2"s},
      {"5%", "5%"s},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(ResolveYamlScalar(row.text) == row.value);
  }
}

}  // namespace
}  // namespace windlass::yaml_scalar_test
