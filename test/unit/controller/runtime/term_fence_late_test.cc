// What a term does if the patches with which it fences off a former leader get no clear answer
// (L-012). Nobody else writes these ReplicaSets.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/unit/controller/runtime/term_world.h"

namespace windlass::term_fence_late_test {
namespace {

Request PatchOfReplicaSet(const std::string& name, uint64_t uid, const std::string& body) {
  return Request::MergePatch(resources::kReplicaSets,
                             {{"shop", name}, {0, uid}, ResourceVersion{"41"}}, "", body);
}

// Of a controller that scales web-1. Of two ReplicaSets, each has to be touched first.
struct Fixture : TermWorld {
  Fixture() {
    controller.fence_writes = {PatchOfReplicaSet("web-1", 1, "{}"),
                               PatchOfReplicaSet("web-2", 2, "{}")};
    controller.plan = [this](const ObjectKey&, const Learned& learned) -> Step {
      const auto refused = std::ranges::find_if(learned, &Outcome::ends_walk);
      if (refused != learned.end()) {
        told_at = Age();
        return Failed{.error = refused->said.error()};
      }
      if (!learned.empty()) return Wait{};
      return Write{.request = PatchOfReplicaSet("web-1", 1, R"({"spec":{"replicas":3}})"),
                   .because = {Decision{"a test"}, {}}};
    };
    Begin("5-7");
    Look();
  }
  Duration Age() const { return clock.Now() - began; }
  bool IsTouch() const {
    return LastMethod() == HttpMethod::kPatch &&
           transport.sent.back().body.find("replicas") == std::string::npos;
  }
  // Lets time pass until `age`. Reads and the scaling succeed. A touch is answered with `answer`;
  // without one, it hangs for 9 s until the transport gives it up.
  void PassUntil(Duration age, const std::optional<Error>& answer = std::nullopt) {
    Answer(answer);
    while (Age() < age) {
      Advance(seconds(1));
      Answer(answer);
    }
  }
  void Answer(const std::optional<Error>& answer) {
    while (transport.waiting() > 0) {
      if (IsTouch() && !answer && !HasHung()) return;
      if (IsTouch()) {
        transport.Answer(answer.value_or(no_answer));
      } else {
        transport.Answer(Success("web-1", "41"));
      }
      Advance(Duration{0});
    }
  }
  // Returns true if the latest request was sent at least 9 s ago.
  bool HasHung() {
    if (hanging != transport.sent.size()) hung_from = clock.Now();
    hanging = transport.sent.size();
    return clock.Now() - hung_from >= seconds(9);
  }
  int64_t Scalings() const {
    return std::ranges::count_if(transport.sent, [](const HttpRequest& request) {
      return request.body.find("replicas") != std::string::npos;
    });
  }

  const Error no_answer{ErrorKind::kAmbiguous, "no answer within 9 s", 0, 0,
                        ErrorDetail::kNoAnswer};
  const MonotonicTime began = clock.Now();
  size_t hanging = 0;  // how many requests had been sent when the latest of them began to hang
  MonotonicTime hung_from{};
  std::optional<Duration> told_at;  // when the latest refusal was told
};

// Whom this serves: whose webhook for ReplicaSets hangs. After a minute, one more call is allowed
// for the ReplicaSet that was not touched until then.
TEST_CASE_METHOD(Fixture,
                 "touches that hang hold up a sync for little more than a minute (L-012)") {
  PassUntil(seconds(59));
  REQUIRE(told_at.has_value());
  CHECK(Scalings() == 0);
  CHECK(std::ranges::count(SentNames(), std::string("web-2")) == 0);
  PassUntil(seconds(61));
  CHECK(SentNames().back() == "web-2");
  CHECK(Scalings() == 0);
  PassUntil(seconds(72));
  CHECK(Scalings() == 1);
  CHECK(SentNames().back() == "web-1");  // its first patch is not taken for the late touch
  CHECK(*told_at < seconds(60));
}

TEST_CASE_METHOD(Fixture,
                 "touches whose connection breaks do not hold up a sync for ever (L-012)") {
  const Error broken = TransportError(ErrorKind::kAmbiguous);
  PassUntil(seconds(59), broken);
  CHECK(Scalings() == 0);
  CHECK(std::ranges::count(SentNames(), std::string("web-2")) == 0);
  PassUntil(seconds(61), broken);
  CHECK(std::ranges::count(SentNames(), std::string("web-2")) == 1);
  CHECK(Scalings() == 0);
  PassUntil(seconds(180), broken);  // one broken connection is no reason to go on
  CHECK(std::ranges::count(SentNames(), std::string("web-2")) >= 2);
  CHECK(Scalings() == 1);
  CHECK_FALSE(told_at.has_value());
}

}  // namespace
}  // namespace windlass::term_fence_late_test
