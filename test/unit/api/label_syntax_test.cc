// Label values that the API server accepts.
#include <string>

#include "kubeclient/api/label_values.h"
#include "test/catch.h"

namespace windlass::label_syntax_test {
namespace {

TEST_CASE("a label value has at most 63 characters, and no others than the server allows") {
  for (const std::string& value :
       {std::string(), std::string("a"), std::string("A-b_c.9"), std::string(63, 'a')}) {
    CAPTURE(value);
    CHECK(IsLabelValue(value));
  }
  for (const std::string& value :
       {std::string("."), std::string("-b"), std::string("c."), std::string("b/c"),
        std::string(64, 'a'), std::string("\xc3\xa9"), std::string("b\0", 2)}) {
    CAPTURE(value);
    CHECK_FALSE(IsLabelValue(value));
  }
}

}  // namespace
}  // namespace windlass::label_syntax_test
