// What is kept of a ConfigMap.
#include "kubeclient/api/config_map.h"

#include <map>
#include <string>

#include "kubeclient/api/decode.h"
#include "test/catch.h"
#include "test/support/must.h"

namespace windlass::config_map_test {
namespace {

using Data = std::map<std::string, std::string, std::less<>>;

TEST_CASE("a ConfigMap's data may be absent, and of a repeated key the last value counts") {
  struct Row {
    std::string data;
    Data want;
  };
  const Row row = GENERATE(values<Row>({
      {"null", {}},
      {R"({"a":"1","b":"2","a":"3"})", {{"a", "3"}, {"b", "2"}}},
      {R"({"a":"1"},"data":{"b":"2"})", {{"b", "2"}}},
      {R"({"\u0061\u0062":"\u0063"})", {{"ab", "c"}}},
  }));
  CAPTURE(row.data);
  SymbolTable symbols;
  Decoder decoder(symbols);
  const ConfigMap map =
      Must(DecodeConfigMap(decoder, R"({"metadata":{"name":"n"},"data":)" + row.data + "}"));
  CHECK(map.data == row.want);
}

}  // namespace
}  // namespace windlass::config_map_test
