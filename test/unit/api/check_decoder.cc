#include "test/unit/api/check_decoder.h"

#include <iterator>
#include <vector>

namespace windlass::test {
namespace {

using nlohmann::json;

// Values at the limits of what fields accept.
const std::vector<json> kOddValues = {nullptr,
                                      true,
                                      false,
                                      0,
                                      1,
                                      -1,
                                      2147483647,
                                      2147483648,
                                      -2147483648,
                                      -2147483649,
                                      INT64_MAX,
                                      INT64_MIN,
                                      uint64_t{9223372036854775808ULL},
                                      1.5,
                                      1e300,
                                      "",
                                      "x",
                                      "3",
                                      "25%",
                                      "True",
                                      "2026-01-02T15:04:05Z",
                                      "8d1c3b34-5f0e-4f0a-9d51-1f3c2a7e9b10",
                                      "\"\\\n\u00e9",
                                      json::array(),
                                      json::object(),
                                      json::array({nullptr}),
                                      json::array({"x", 1}),
                                      json::array({json::object()}),
                                      json{{"a", "b"}},
                                      json{{"a", 1}},
                                      json{{"type", "x"}}};

json OddValue() { return *rc::gen::elementOf(kOddValues); }

// Walks down to a random place and changes the value there.
void Mutate(json& value) {
  const bool deeper = value.is_structured() && !value.empty() && *rc::gen::inRange(0, 6) != 0;
  if (deeper) {
    auto member = value.begin();
    std::advance(member, *rc::gen::inRange<size_t>(0, value.size()));
    if (*rc::gen::inRange(0, 8) == 0) {
      value.erase(member);
    } else {
      Mutate(*member);
    }
  } else if (value.is_array() && *rc::gen::inRange(0, 2) == 0) {
    value.push_back(OddValue());
  } else if (value.is_object() && *rc::gen::inRange(0, 2) == 0) {
    value["unknown field"] = OddValue();
  } else {
    value = OddValue();
  }
}

}  // namespace

json Mutated(const std::string& text) {
  json object = json::parse(text);
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) Mutate(object);
  RC_LOG() << object.dump() << '\n';  // told if it fails
  return object;
}

std::string Representable(std::string text) {
  text.replace(text.find("1e400"), 5, "1e100");
  return text;
}

}  // namespace windlass::test
