// What is kept of a Rollout.
#include "controller/api/rollout.h"

#include <map>
#include <optional>
#include <string>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/deployment.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/must.h"

namespace windlass::rollout_test {
namespace {

struct Fixture {
  // Returns the Rollout `n` with these spec and status, which must be well-formed.
  Rollout Decode(const std::string& spec, const std::string& status = "{}") {
    const Rollout rollout = Must(DecodeRollout(
        decoder, R"({"metadata":{"name":"n"},"spec":)" + spec + R"(,"status":)" + status + "}"));
    return rollout;
  }

  SymbolTable symbols;
  Decoder decoder{symbols};
};

TEST_CASE("a Rollout with nothing in it has one replica, an empty template and asks for nothing") {
  Fixture f;
  const Rollout rollout = f.Decode("{}");
  CHECK(rollout.spec.replicas == 1);
  CHECK(*rollout.spec.template_json == "{}");
  CHECK_FALSE(rollout.spec.abort);
  CHECK(rollout.spec.rollback_to == std::nullopt);
  CHECK(rollout.spec.strategy == RolloutStrategy{});
  CHECK(rollout.status == RolloutStatus{});
}

TEST_CASE("the CRD's default of a status is no generation that was observed (RO-060)") {
  Fixture f;
  const Rollout decoded = Must(DecodeRollout(
      f.decoder, R"({"metadata":{"name":"web"},"status":{"observedGeneration":-1}})"));
  CHECK(decoded.status == RolloutStatus{});
  Proves("RO-060");
}

TEST_CASE("a Rollout is asked to roll back to a revision, or to the one before") {
  Fixture f;
  CHECK(f.Decode(R"({"rollbackTo":null})").spec.rollback_to == std::nullopt);
  CHECK(f.Decode(R"({"rollbackTo":{}})").spec.rollback_to == 0);
  CHECK(f.Decode(R"({"rollbackTo":{"revision":3}})").spec.rollback_to == 3);
}

TEST_CASE("the label of drain Label is read as part of the drain, wherever it stands") {
  struct Row {
    std::string in_place;
    std::string want;
  };
  const Row row = GENERATE(values<Row>({
      {R"("drain":"Label","drainLabel":{"key":"a.b/c","serving":"on","drained":"off"})",
       "Label:a.b/c=on/off"},
      {R"("drainLabel":{"drained":"0","key":"t","serving":"1"},"drain":"Label")", "Label:t=1/0"},
      {R"("drain":"Label")", "Label"},
      {R"("drain":"Label","drainLabel":null)", "Label"},
      {R"("drain":"Gate","drainLabel":{"key":"t","serving":"1","drained":"0"})", "Gate"},
  }));
  CAPTURE(row.in_place);
  Fixture f;
  const Rollout rollout = f.Decode(R"({"strategy":{"inPlace":{)" + row.in_place + "}}}");
  CHECK(rollout.spec.strategy.in_place ==
        std::map<std::string, std::string, std::less<>>{{"drain", row.want}});
}

TEST_CASE("a Rollout's template is kept whole, with the fingerprints that it has in a Deployment") {
  Fixture f;
  const std::string text =
      R"({"metadata":{"name":"n"},"spec":{"template":{ "spec" : {"x":[1.50]} }}})";
  const Rollout rollout = Must(DecodeRollout(f.decoder, text));
  const Deployment deployment = Must(DecodeDeployment(f.decoder, text));
  CHECK(rollout.spec.template_fingerprint == deployment.spec.template_fingerprint);
  CHECK(rollout.spec.template_text == deployment.spec.template_text);
  CHECK(*rollout.spec.template_json == R"({ "spec" : {"x":[1.50]} })");
}

}  // namespace
}  // namespace windlass::rollout_test
