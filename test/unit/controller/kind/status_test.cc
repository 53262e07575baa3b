// The request that writes a status, and that a sync sends it once.
#include "controller/kind/status.h"

#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "test/catch.h"

namespace windlass::kind::status_test {
namespace {

constexpr ResourceId kBoats{"windlass.dev", "v1", "boats", "Boat"};

ObjectMeta Meta() {
  ObjectMeta meta;
  meta.namespace_ = "ns";
  meta.name = "web";
  meta.uid = *Uid::Parse("5a1f0c52-93e4-4f6e-8a01-7b1d2f0e6c11");
  meta.resource_version.text = "17";
  return meta;
}

Write StatusWrite(const Json& status) {
  return {.request = WriteStatus(kBoats, Meta(), status),
          .because = {Decision{"update status"}, {}}};
}

TEST_CASE("an absent value is null, which removes the field") {
  CHECK(TextOrNull("").is_null());
  CHECK(TextOrNull("a") == "a");
  CHECK(TimeOrNull({}).is_null());
  CHECK(TimeOrNull(WallTime{1'800'000'000}) == "2027-01-15T08:00:00Z");
  CHECK(NumberOrNull(std::nullopt).is_null());
  CHECK(NumberOrNull(0) == 0);
}

TEST_CASE("a status is a merge patch of one version of the object") {
  const Request request = WriteStatus(kBoats, Meta(), {{"phase", "Sailing"}, {"port", Json()}});
  CHECK(request.Describe() == "patch boats/status ns/web");
  CHECK(request.patch_type() == PatchType::kMerge);
  const auto body = nlohmann::json::parse(request.body());
  CHECK(body["status"].dump() == R"({"phase":"Sailing","port":null})");
  CHECK(body["metadata"]["resourceVersion"] == "17");
  CHECK(body["metadata"]["uid"] == Meta().uid.ToString());
}

TEST_CASE("a sync writes the same status once, whatever came of it") {
  const Write write = StatusWrite({{"phase", "Sailing"}});
  const auto first = UnlessSent(write, {});
  REQUIRE(first);
  CHECK(std::get<Write>(*first).request.Identity() == write.request.Identity());
  const Result<Reply> said =
      GENERATE(as<Result<Reply>>{}, Reply{"{}"}, Error{ErrorKind::kInvalid, ""});
  const Learned learned = {OutcomeOf(write, said)};
  CHECK_FALSE(UnlessSent(write, learned));
  CHECK(UnlessSent(StatusWrite({{"phase", "Sunk"}}), learned));
}

TEST_CASE("a write is followed by the next step, or by its failure") {
  const Write write = StatusWrite({{"phase", "Sailing"}});
  const Write other = StatusWrite({{"phase", "Sunk"}});
  const Step then = Wait{seconds(7)};
  const auto is_write = [](const Step& step) { return std::holds_alternative<Write>(step); };
  CHECK(is_write(WriteOnce(write, {}, then)));
  const Learned succeeded = {OutcomeOf(write, Reply{"{}"})};
  CHECK(std::get<Wait>(WriteOnce(write, succeeded, then)).look_again_in == seconds(7));
  CHECK(is_write(WriteOnce(other, succeeded, then)));
  const Error no{ErrorKind::kForbidden, "no"};
  const Learned refused = {OutcomeOf(write, no)};
  CHECK(std::get<Failed>(WriteOnce(write, refused, then)).error == no);
  CHECK(std::get<Failed>(WriteOnce(other, refused, then)).error == no);
}

}  // namespace
}  // namespace windlass::kind::status_test
