// What a value costs whose number of keys a user chooses.
#include "kubeclient/api/json_value.h"

#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/proves.h"

namespace windlass::json_value_test {
namespace {

// An object without lower_bound is a list of pairs, which is searched from its first pair on.
template <typename Object>
concept IsSorted = requires(Object object) { object.lower_bound(std::string()); };

// For the neighbours of a user whose template has 38,000 labels: a search from the first label on
// makes 722 million comparisons, and nothing else is done meanwhile.
TEST_CASE("Q-023 objects sort their keys") {
  CHECK(IsSorted<decltype(ParseJson("{}"))::object_t>);
  CHECK(IsSorted<decltype(MapJson({}))::object_t>);
  CHECK(DumpJson(ParseJson(R"({"b":1,"c":{"z":1,"y":2},"a":3})")) ==
        R"({"a":3,"b":1,"c":{"y":2,"z":1}})");
  Proves("Q-023");
}

TEST_CASE("Q-023 a map of 40,000 labels and back") {
  StringMap labels;
  for (int i = 0; i < 40'000; ++i) labels.Set("l" + std::to_string(i), "v");
  const Json json = ParseJson(DumpJson(MapJson(labels)));
  CHECK(json.size() == 40'000);
  CHECK(MapOf(json) == labels);
}

}  // namespace
}  // namespace windlass::json_value_test
