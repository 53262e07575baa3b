// What is kept of a Service.
#include "kubeclient/api/service.h"

#include <string>

#include "kubeclient/api/decode.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/api/fixtures.h"

namespace windlass::service_test {
namespace {

Result<Service> Decode(const std::string& text) {
  static SymbolTable symbols;
  static Decoder decoder(symbols);
  return DecodeService(decoder, text);
}

TEST_CASE("a Service is read from what the server sends, with one annotation (RO-188)") {
  const Result<Service> service = Decode(test::kServiceJson);
  REQUIRE(service.ok());
  CHECK(service->meta.name == "web-canary");
  CHECK(service->meta.resource_version.text == "92");
  CHECK(service->meta.annotations.size() == 1);
  CHECK(service->meta.annotations.Find(kServiceOf) ==
        "web/5a1f0c52-93e4-4f6e-8a01-7b1d2f0e6c11/7c9d");
  CHECK_FALSE(service->external_name);
  CHECK(service->selector == StringMap{{"app", "web"}, {"pod-template-hash", "7c9d"}});
  Proves("RO-188");
}

TEST_CASE("a Service may have no selector, and of a repeated key the last value counts") {
  const Result<Service> external =
      Decode(R"({"metadata":{"name":"n"},"spec":{"type":"ExternalName","externalName":"a.b"}})");
  REQUIRE(external.ok());
  CHECK(external->external_name);
  CHECK(external->selector.empty());
  const Result<Service> again = Decode(
      R"({"metadata":{"name":"n"},"spec":{"type":"ExternalName"},"spec":{"selector":{"a":"b"}}})");
  REQUIRE(again.ok());
  CHECK_FALSE(again->external_name);
  CHECK(again->selector == StringMap{{"a", "b"}});
}

TEST_CASE("a Service without a name, or with a selector that is no text, is malformed") {
  const std::string text = GENERATE(R"({"metadata":{},"spec":{}})", R"({"spec":{}})",
                                    R"({"metadata":{"name":"n"},"spec":{"selector":{"a":1}}})",
                                    R"({"metadata":{"name":"n"},"spec":{"type":1}})");
  CAPTURE(text);
  const Result<Service> service = Decode(text);
  REQUIRE_FALSE(service.ok());
  CHECK(service.error().kind == ErrorKind::kMalformed);
}

}  // namespace
}  // namespace windlass::service_test
