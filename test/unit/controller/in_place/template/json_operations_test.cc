// The text of a JSON patch: what the API server compares has to be written as it writes it itself.
#include "controller/in_place/template/json_operations.h"

#include <nlohmann/json.hpp>
#include <string>

#include "controller/workload/in_place_annotations.h"
#include "test/catch.h"

namespace windlass::in_place::json_operations_test {
namespace {

// Whom this serves: whose annotation has a "<", such as "<none>". Each patch that tests it would be
// refused (test/sim/api_contract_patch.cc).
TEST_CASE("a test has its text as Go writes it, and a change has it as it is (P-035)") {
  const std::string odd =
      "<a> & b\xe2\x80\xa8"
      "c\xe2\x80\xa9 \xc3\xa4\n";
  Operations operations;
  operations.Put("/x", odd);
  operations.TestState(/*annotations=*/true, odd);
  const std::string text = operations.Text();
  CHECK(text.find(R"("\u003ca\u003e \u0026 b\u2028c\u2029 )"
                  "\xc3\xa4\\n\"") != std::string::npos);
  CHECK(text.find(R"("value":"<a> & b)") != std::string::npos);
  const Json read = Json::parse(text);
  REQUIRE(read.size() == 2);
  CHECK(read[0]["op"] == "test");
  CHECK(read[0]["value"] == odd);
  CHECK(read[1]["value"] == odd);
}

}  // namespace
}  // namespace windlass::in_place::json_operations_test
