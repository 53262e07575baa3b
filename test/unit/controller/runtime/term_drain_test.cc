// What a term does once it drains.
#include <cstddef>

#include "controller/core/step.h"
#include "kubeclient/client/call_deadlines.h"
#include "test/catch.h"
#include "test/unit/controller/runtime/term_world.h"

namespace windlass::term_drain_test {
namespace {

TEST_CASE_METHOD(TermWorld, "a term that drains begins nothing (Q-015)") {
  Begin();
  term->Drain();
  Look();
  CHECK(counters.syncs == 0);
}

TEST_CASE_METHOD(TermWorld, "a term that drains waits for no answer to a question (Q-015, Q-020)") {
  int cancelled = 0;
  controller.plan = [](const ObjectKey&, const Learned&) -> Step { return Ask{.key = "who"}; };
  controller.send = [&](const Ask&, const Controller::AnswerHandler&) {
    return [&] { ++cancelled; };
  };
  Begin();
  Look();
  CHECK(counters.syncs == 1);
  CHECK_FALSE(term->settled());
  term->Drain();
  CHECK(cancelled == 1);
  CHECK(term->settled());
  Advance(seconds(60));
  CHECK(counters.syncs == 1);
}

// The answer to a call that began before the drain does not lead to a question.
TEST_CASE_METHOD(TermWorld,
                 "a term that drains asks nothing after a call that ends (Q-015, Q-020)") {
  int asked = 0;
  controller.send = [&](const Ask&, const Controller::AnswerHandler&) {
    ++asked;
    return nullptr;
  };
  const bool drains = GENERATE(true, false);
  CAPTURE(drains);
  bool may_arrive = false;
  SECTION("the write before the question") {
    Begin();
    Look();
  }
  SECTION("the read of a write that got no answer") {
    Begin();
    Look();
    transport.Answer(TransportError(ErrorKind::kAmbiguous));
    may_arrive = true;
    Advance(seconds(1));
    REQUIRE(LastMethod() == HttpMethod::kGet);
  }
  SECTION("the touch of a fence") {
    controller.fence_writes = {Request::MergePatch(
        resources::kReplicaSets, {{"shop", "web-1"}, {0, 1}, ResourceVersion{"40"}}, "", "{}")};
    Begin("5-7");
    Look();
    REQUIRE(SentNames().back() == "web-1");
  }
  REQUIRE(transport.waiting() == 1);
  const size_t calls = transport.sent.size();
  controller.plan = [](const ObjectKey&, const Learned&) -> Step { return Ask{.key = "who"}; };
  if (drains) term->Drain();
  CHECK_FALSE(term->settled());
  transport.Answer(Success());
  CHECK(asked == (drains ? 0 : 1));
  CHECK(term->settled() == (drains && !may_arrive));
  Advance(seconds(5));
  CHECK(asked == (drains ? 0 : 1));
  CHECK(transport.sent.size() == calls);
}

// The read of the object does not show whether the write comes later.
TEST_CASE_METHOD(TermWorld,
                 "a write whose connection broke may arrive until its deadline (Q-015, L-012)") {
  Begin();
  Look();
  Advance(seconds(2));
  transport.Answer(TransportError(ErrorKind::kAmbiguous));
  Advance(seconds(1));
  REQUIRE(LastMethod() == HttpMethod::kGet);
  controller.plan = [](const ObjectKey&, const Learned&) -> Step { return Wait{}; };
  transport.Answer(Success());
  Advance(Duration{0});
  CHECK(term->idle());
  term->Drain();
  CHECK_FALSE(term->settled());
  Advance(kCallDeadline - seconds(3) - milliseconds(1));
  CHECK_FALSE(term->settled());
  Advance(milliseconds(1));
  CHECK(term->settled());
}

}  // namespace
}  // namespace windlass::term_drain_test
