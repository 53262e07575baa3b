// What is kept of a Service.
#include "kubeclient/api/service.h"

#include <string>

#include "kubeclient/api/decode.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/must.h"
#include "test/unit/api/fixtures.h"
#include "test/unit/api/reference_decoder.h"

namespace windlass::service_test {
namespace {

Result<Service> Decode(const std::string& text) {
  static SymbolTable symbols;
  static Decoder decoder(symbols);
  static const RegisteredInterest kInterest(decoder.interests(), test::TestInterest());
  return DecodeService(decoder, text);
}

TEST_CASE("a Service is read from what the server sends, with one annotation (RO-188)") {
  const Service service = Must(Decode(test::kServiceJson));
  CHECK(service.meta.name == "web-canary");
  CHECK(service.meta.resource_version.text == "92");
  CHECK(service.meta.annotations.size() == 1);
  CHECK(service.meta.annotations.Find(test::kKeptOfService) ==
        "web/5a1f0c52-93e4-4f6e-8a01-7b1d2f0e6c11/7c9d");
  CHECK_FALSE(service.external_name);
  CHECK(service.selector == StringMap{{"app", "web"}, {"pod-template-hash", "7c9d"}});
  Proves("RO-188");
}

TEST_CASE("without a user that wants it, no annotation of a Service is kept") {
  SymbolTable symbols;
  Decoder decoder(symbols);
  CHECK(Must(DecodeService(decoder, test::kServiceJson)).meta.annotations.empty());
}

TEST_CASE("a Service may have no selector, and of a repeated key the last value counts") {
  const Service external = Must(
      Decode(R"({"metadata":{"name":"n"},"spec":{"type":"ExternalName","externalName":"a.b"}})"));
  CHECK(external.external_name);
  CHECK(external.selector.empty());
  const Service again = Must(Decode(
      R"({"metadata":{"name":"n"},"spec":{"type":"ExternalName"},"spec":{"selector":{"a":"b"}}})"));
  CHECK_FALSE(again.external_name);
  CHECK(again.selector == StringMap{{"a", "b"}});
}

}  // namespace
}  // namespace windlass::service_test
