// When the circuit breaker trips and resets, and the waits between probes (C-012).
#include "kubeclient/client/circuit_breaker.h"

#include <utility>

#include "test/catch.h"

namespace windlass::circuit_breaker_test {
namespace {

MonotonicTime At(Duration since_start) { return {since_start}; }

void NoteTimes(CircuitBreaker& breaker, int times, CallOutcome outcome, MonotonicTime now) {
  for (int i = 0; i < times; ++i) breaker.Note(outcome, now);
}

TEST_CASE("The breaker opens with the fifth transport failure in a row (C-012)") {
  CircuitBreaker breaker;
  NoteTimes(breaker, 4, CallOutcome::kUnreachable, At(seconds(1)));
  CHECK_FALSE(breaker.tripped());
  SECTION("however far apart") {
    breaker.Note(CallOutcome::kRefused, At(seconds(1000)));
    CHECK(breaker.tripped());
    CHECK(breaker.opened_at() == At(seconds(1000)));
  }
  SECTION("an answer between them begins a new row, were it an error") {
    breaker.Note(GENERATE(CallOutcome::kUseful, CallOutcome::kTrouble), At(seconds(20)));
    NoteTimes(breaker, 4, CallOutcome::kUnreachable, At(seconds(40)));
    CHECK_FALSE(breaker.tripped());
    breaker.Note(CallOutcome::kUnreachable, At(seconds(40)));
    CHECK(breaker.tripped());
  }
}

TEST_CASE("The breaker opens when more than half of the answers of 10 s are bad (C-012)") {
  CircuitBreaker breaker;
  NoteTimes(breaker, 5, CallOutcome::kUseful, At(seconds(100)));
  NoteTimes(breaker, 5, CallOutcome::kTrouble, At(seconds(105)));
  CHECK_FALSE(breaker.tripped());  // exactly half were bad, which is not enough
  SECTION("5xx") { breaker.Note(CallOutcome::kTrouble, At(seconds(109))); }
  SECTION("time-outs") { breaker.Note(CallOutcome::kUnreachable, At(seconds(109))); }
  SECTION("when the good ones are too long ago") {
    breaker.Note(CallOutcome::kUseful, At(seconds(109)));
    CHECK_FALSE(breaker.tripped());
    NoteTimes(breaker, 4, CallOutcome::kTrouble, At(seconds(110)));
  }
  CHECK(breaker.tripped());
}

TEST_CASE("A 500 counts only if several namespaces got one within 10 s (C-012)") {
  CircuitBreaker breaker;
  const auto note = [&](int times, MonotonicTime now, const char* namespace_) {
    for (int i = 0; i < times; ++i) breaker.Note(CallOutcome::kInternal, now, namespace_);
  };
  note(30, At(seconds(100)), "noisy");
  CHECK_FALSE(breaker.tripped());
  SECTION("at the same time") {
    note(1, At(seconds(109)), "other");
    CHECK(breaker.tripped());
  }
  SECTION("requests without a namespace count as one") {
    note(1, At(seconds(109)), "");
    CHECK(breaker.tripped());
  }
  SECTION("not if the first is long ago") {
    note(30, At(seconds(110)), "other");
    CHECK_FALSE(breaker.tripped());
    note(1, At(seconds(119)), "noisy");
    CHECK(breaker.tripped());
  }
  SECTION("useful answers outweigh them") {
    NoteTimes(breaker, 32, CallOutcome::kUseful, At(seconds(109)));
    note(1, At(seconds(109)), "other");
    CHECK_FALSE(breaker.tripped());
  }
}

// Whom this serves: everybody whose server fails while two tenants have failed shortly before.
TEST_CASE("The two namespaces that got a 500 most recently count (C-012)") {
  CircuitBreaker breaker;
  for (const auto& [second, namespace_] :
       {std::pair(0, "a"), std::pair(0, "b"), std::pair(9, "c"), std::pair(11, "d")}) {
    NoteTimes(breaker, 5, CallOutcome::kUseful, At(seconds(second)));
    breaker.Note(CallOutcome::kInternal, At(seconds(second)), namespace_);
  }
  CHECK_FALSE(breaker.tripped());
  for (int i = 0; i < 30; ++i) breaker.Note(CallOutcome::kInternal, At(milliseconds(11500)), "d");
  CHECK(breaker.tripped());
}

TEST_CASE("Writes without an answer count only if several namespaces got none (C-012)") {
  CircuitBreaker breaker;
  const auto note = [&](int times, CallOutcome outcome, const char* namespace_) {
    for (int i = 0; i < times; ++i) breaker.Note(outcome, At(seconds(100)), namespace_);
  };
  note(9, CallOutcome::kUnanswered, "noisy");
  CHECK_FALSE(breaker.tripped());
  SECTION("of another namespace") {
    note(1, CallOutcome::kUnanswered, "other");
    CHECK(breaker.tripped());
  }
  // Whom this serves: all tenants without such a webhook.
  SECTION("not while the server answers others") {
    breaker.Note(CallOutcome::kUseful, At(seconds(100)));
    note(50, CallOutcome::kUnanswered, "other");
    CHECK_FALSE(breaker.tripped());
  }
  // 60 writes hang, and a connection breaks: nothing says that the server is away.
  SECTION("between failures with another cause they do not count") {
    breaker.Note(CallOutcome::kUseful, At(seconds(99)));
    note(30, CallOutcome::kUseful, "noisy");
    note(60, CallOutcome::kUnanswered, "noisy");
    note(1, CallOutcome::kUnanswered, "other");
    note(4, CallOutcome::kUnreachable, "noisy");
    CHECK_FALSE(breaker.tripped());
    SECTION("nor do they end their row") {
      note(3, CallOutcome::kUnanswered, "noisy");
      note(1, CallOutcome::kUnreachable, "noisy");
      CHECK(breaker.tripped());
    }
  }
  SECTION("in a silence both count") {
    for (int i = 0; i < 3; ++i) breaker.Note(CallOutcome::kUnanswered, At(seconds(200)), "noisy");
    breaker.Note(CallOutcome::kUnreachable, At(seconds(200)));
    CHECK_FALSE(breaker.tripped());
    breaker.Note(CallOutcome::kUnanswered, At(seconds(200)), "other");
    CHECK(breaker.tripped());
  }
}

TEST_CASE("A few bad answers are no majority of anything") {
  CircuitBreaker breaker;
  NoteTimes(breaker, kBreakerAnswersMin - 1, CallOutcome::kTrouble, At(seconds(1)));
  CHECK_FALSE(breaker.tripped());
  NoteTimes(breaker, kBreakerAnswersMin - 1, CallOutcome::kTrouble, At(seconds(11)));
  CHECK_FALSE(breaker.tripped());
  breaker.Note(CallOutcome::kTrouble, At(seconds(11)));
  CHECK(breaker.tripped());
}

TEST_CASE("An open breaker closes with a useful answer, and begins anew (C-012)") {
  CircuitBreaker breaker;
  NoteTimes(breaker, 5, CallOutcome::kUnreachable, At(seconds(7)));
  breaker.Note(CallOutcome::kUseful, At(seconds(7)));  // too soon after it tripped
  CHECK(breaker.tripped());
  NoteTimes(breaker, 20, CallOutcome::kTrouble, At(seconds(9)));
  CHECK(breaker.tripped());
  breaker.Note(CallOutcome::kUseful, At(seconds(9)));
  CHECK_FALSE(breaker.tripped());
  NoteTimes(breaker, 4, CallOutcome::kUnreachable, At(seconds(9)));
  CHECK_FALSE(breaker.tripped());
  breaker.Note(CallOutcome::kUnreachable, At(seconds(9)));
  CHECK(breaker.tripped());
}

TEST_CASE("Probes are 1, 2, 4, 5, 5… seconds apart") {
  CHECK(ProbeWait(0) == seconds(1));
  CHECK(ProbeWait(1) == seconds(2));
  CHECK(ProbeWait(2) == seconds(4));
  CHECK(ProbeWait(3) == seconds(5));
  CHECK(ProbeWait(1'000'000) == seconds(5));
}

}  // namespace
}  // namespace windlass::circuit_breaker_test
