// In-place updates with a write that is refused, or cannot be built: what is reported, what goes on
// regardless, and when it is tried again.
#include <algorithm>

#include "test/catch.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::sync_end_test {
namespace {

using Json = nlohmann::json;

class Refusing : public InPlaceCluster {
 public:
  explicit Refusing(int32_t replicas, int32_t max_unavailable = 1)
      : InPlaceCluster(replicas, max_unavailable) {
    Edit([](Json& d) { d["spec"]["template"]["metadata"]["labels"]["traffic"] = "on"; });
    SettleInPlace();
    writes.clear();
    events.clear();
  }
  // Answers requests for which `matches` returns true with `kind`, until Allow.
  void Refuse(std::function<bool(const Request&)> matches, ErrorKind kind) {
    server = [this, matches = std::move(matches), kind](const Request& request) {
      if (!matches(request)) return as_ever_(request);
      ++refused;
      return std::optional<Result<Reply>>(Error{kind, "the server says no"});
    };
  }
  void Allow() { server = as_ever_; }

  int refused = 0;

 private:
  std::function<std::optional<Result<Reply>>(const Request&)> as_ever_ = server;
};

bool OpensGate(const Request& request) {
  return request.resource() == resources::kPods && request.subresource() == "status";
}

// Returns when a failed sync looks again, apart from its retries.
std::optional<Duration> LooksAgainIn(const Step& step) {
  const auto* failed = std::get_if<Failed>(&step);
  REQUIRE(failed != nullptr);
  return failed->look_again_in;
}

TEST_CASE("a refused write takes no time away: a drain ends when it should (P-040, P-074)") {
  Refusing c(2);
  c.RollOutInPlace("v2");
  c.Annotate("windlass.dev/in-place-drain", "Label:traffic=on/off");
  c.Refuse(
      [old = c.NameOf("v1")](const Request& request) {
        return request.resource() == resources::kReplicaSets && request.key().name == old &&
               request.patch_type() == PatchType::kMerge;
      },
      ErrorKind::kForbidden);
  c.SetImage("v3");
  CHECK(LooksAgainIn(c.Sync()) == seconds(10));
  REQUIRE(c.refused > 0);
  c.SyncAfter(10);
  CHECK(c.in_flight() == 1);
}

TEST_CASE("nor does a refused Pod: the progress deadline is told in time") {
  Refusing c(2);
  c.SetImage("v2");
  c.Refuse([](const Request& request) { return request.resource() == resources::kPods; },
           ErrorKind::kWebhook);
  CHECK(LooksAgainIn(c.Sync()) == seconds(601));
  c.now += 601;
  CHECK(LooksAgainIn(c.Sync()) == std::nullopt);
  CHECK(c.Condition("Progressing") == "False ProgressDeadlineExceeded");
}

TEST_CASE("a failed Pod that is restarted hides none that is on its way (P-063)") {
  Refusing c(3, 3);
  c.Annotate("windlass.dev/in-place-canary-first", "false");
  c.Annotate("windlass.dev/in-place-on-failure", "Recreate");
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.in_flight() == 3);
  const auto pods = c.PodNames();
  c.now += 30;
  c.Restart(pods[0]);
  c.Restart(pods[1]);
  c.KeepCrashing(pods[0]);
  c.SyncAfter(61);
  CHECK(c.in_flight() == 1);
  CHECK(c.InPlaceCondition() == "True Failing");
  c.Restart(pods[2]);
  c.SyncAfter(10);
  CHECK(c.InPlaceCondition() == "False NotPossible");
}

TEST_CASE("a failed Pod that cannot be given back its image keeps none of the others (P-062)") {
  Refusing c(6, 6);
  c.Annotate("windlass.dev/in-place-canary-first", "false");
  c.Annotate("windlass.dev/in-place-on-failure", "Revert");
  c.SetImage("v2");
  c.Sync();
  const auto pods = c.PodNames();
  for (const std::string& pod : pods) c.FailToPull(pod);
  // Of more, the next is not tried: it would be for the same reason.
  const size_t unwilling = GENERATE(1U, 2U, 3U);
  const auto last = pods.begin() + static_cast<std::ptrdiff_t>(unwilling);
  c.Refuse(
      [refused = std::vector<std::string>(pods.begin(), last)](const Request& request) {
        return request.resource() == resources::kPods &&
               std::ranges::count(refused, request.key().name) > 0;
      },
      ErrorKind::kWebhook);
  c.now += 61;
  CHECK(std::holds_alternative<Failed>(c.Sync()));
  const auto back = std::ranges::count_if(
      pods, [&](const std::string& pod) { return c.ImageOfPod(pod) == "v1"; });
  CHECK(static_cast<size_t>(back) == (unwilling < 3 ? 6 - unwilling : 0));
  CHECK(c.refused == static_cast<int>(unwilling));
  c.Allow();
  c.Sync();
  for (const std::string& pod : pods) CHECK(c.ImageOfPod(pod) == "v1");
}

TEST_CASE("a gate that could not be opened is tried again, whatever is under way (P-040)") {
  Refusing c(8);
  c.Annotate("windlass.dev/in-place", GENERATE("Disabled", "IfPossible"));
  c.Edit([](Json& d) {
    d["spec"]["template"]["spec"]["readinessGates"] = {
        {{"conditionType", "windlass.dev/in-place-ready"}}};
  });
  c.Refuse(OpensGate, ErrorKind::kWebhook);
  c.SettleInPlace();  // an ordinary rollout: it goes on
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  const auto tell = [&] {
    c.refused = 0;
    const Step end = c.Sync();
    const auto* failed = std::get_if<Failed>(&end);
    REQUIRE(failed != nullptr);
    CHECK(failed->retry == Retry::kBackOff);
    CHECK(failed->error.kind == ErrorKind::kWebhook);
    CHECK(c.refused == 4);  // three and another one; more would be for the same reason
  };
  SECTION("at rest") { tell(); }
  SECTION("paused, and with another template, too") {
    c.Edit([](Json& d) { d["spec"]["paused"] = true; });
    c.Sync();
    tell();
    c.SetImage("v2");
    c.Sync();
    tell();
  }
}

// Each fits; with those before and after, and the template, they do not.
void GiveLongAnnotation(InPlaceCluster& c, char letter) {
  c.Annotate("example.com/long", std::string(120'000, letter));
}
void GiveLongTemplate(InPlaceCluster& c) {
  c.Edit([](Json& d) {
    d["spec"]["template"]["metadata"]["annotations"]["long"] = std::string(100'000, 'x');
    d["spec"]["template"]["spec"]["containers"][0]["image"] = "v2";
  });
}

TEST_CASE("an exchange that would not fit is refused before anything is patched (P-052)") {
  const bool only = GENERATE(true, false);
  Refusing c(2);
  if (!only) c.Annotate("windlass.dev/in-place", "IfPossible");
  GiveLongAnnotation(c, 'a');
  c.SettleInPlace();
  const auto pods = c.PodNames();
  GiveLongAnnotation(c, 'b');
  GiveLongTemplate(c);
  c.SettleInPlace();
  if (only) {
    CHECK(c.InPlaceCondition() == "False NotPossible");
    const std::string message = c.InPlaceMessage();
    CHECK(message.starts_with(
        "spec.template does not fit into an annotation of a replica set. Windlass stores it there "
        "while two replica sets exchange their templates. With spec.template, which takes 100"));
    CHECK(message.find(" bytes as JSON with all defaults, the annotations of the replica set would "
                       "take 34") != std::string::npos);
    CHECK(message.find(" bytes, and at most 262144 bytes are possible. Shorten spec.template, or "
                       "the longest annotation, example.com/long (TemplateTooLarge). With Only,") !=
          std::string::npos);
    CHECK(c.PodNames() == pods);
    for (const std::string& pod : pods) CHECK(c.ImageOfPod(pod) == "v1");
  } else {
    CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
    CHECK(c.PodNames() != pods);
  }
}

// The API server writes the letter < as six bytes, the stash as one.
TEST_CASE("a template too large for the exchange is told with its size and the limit (P-052)") {
  Refusing c(2);
  c.SettleInPlace();
  const auto change = [&](size_t letters) {
    c.Edit([letters](Json& d) {
      d["spec"]["template"]["metadata"]["annotations"]["long"] = std::string(letters, '<');
      d["spec"]["template"]["spec"]["containers"][0]["image"] = "v2";
    });
    c.SettleInPlace();
  };
  change(140'000);
  CHECK(c.InPlaceCondition() == "False NotPossible");
  const std::string message = c.InPlaceMessage();
  CAPTURE(message);
  CHECK(message.find(" exchange their templates. spec.template takes 140") != std::string::npos);
  CHECK(message.find(" bytes as JSON with all defaults, where the letters <, > and & count as one "
                     "byte each, and at most 131072 bytes are possible. Shorten spec.template "
                     "(TemplateTooLarge). With Only,") != std::string::npos);
  change(100'000);
  CHECK(c.InPlaceCondition() == "False Complete");
}

TEST_CASE("one that does not fit any more is told, and so is the deadline (P-052)") {
  Refusing c(2);
  GiveLongAnnotation(c, 'a');
  c.SettleInPlace();
  GiveLongTemplate(c);
  c.Sync();
  REQUIRE(c.in_flight() == 1);
  GiveLongAnnotation(c, 'b');
  c.events.clear();
  c.SettleInPlace();
  for (const std::string& pod : c.PodNames()) CHECK(c.ImageOfPod(pod) == "v2");
  CHECK(c.InPlaceCondition() == "True Failing");
  CHECK(c.InPlaceMessage().find(": its annotations would have ") != std::string::npos);
  CHECK(c.InPlaceMessage().ends_with(
      " of them for spec.template, and at most 262144 bytes are possible. Shorten spec.template, "
      "or the longest annotation, example.com/long"));
  CHECK(std::ranges::count(c.events, c.InPlaceMessage()) == 1);
  const Step end = c.Sync();
  CHECK(LooksAgainIn(end).has_value());
  CHECK(std::get<Failed>(end).retry == Retry::kOnSpecChange);
  c.SyncAfter(601);
  CHECK(c.Condition("Progressing") == "False ProgressDeadlineExceeded");
  GiveLongAnnotation(c, 'a');
  c.SettleInPlace();
  CHECK(c.InPlaceCondition() == "False Complete");
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
}

}  // namespace
}  // namespace windlass::in_place::sync_end_test
