// Client: turns, limits, retries and the write deadline, in virtual time.
#include "kubeclient/client/client.h"

#include <memory>
#include <string>

#include "kubeclient/base/random.h"
#include "kubeclient/client/call_deadlines.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/draw.h"
#include "test/unit/client/fake_transport.h"

namespace windlass::client_test {
namespace {

using Kinds = std::vector<std::string>;

TEST_CASE("A reply comes once, and not before Execute has returned") {
  ClientWorld world;
  world.Execute(GetOf("web"), "get");
  CHECK(world.Kinds("get").empty());
  world.transport.Answer(Success());
  CHECK(world.Kinds("get") == Kinds{"ok"});
  CHECK(world.replies["get"][0]->body == ObjectBody("web"));
  world.Advance(std::chrono::hours(1));
  CHECK(world.Kinds("get") == Kinds{"ok"});
  CHECK(world.timers.empty());
}

// --- retries ---

struct RetryRow {
  std::string id;
  Request request;
  Result<HttpResponse> answer;  // the answer to every try
  size_t tries;
  std::string kind;
  Duration takes;  // time from the first try to the last
};

// As kube-apiserver 1.36 answers an eviction.
HttpResponse RefusalByBudget(int code = 429) {
  return Refusal(code, code == 429 ? "TooManyRequests" : "Forbidden",
                 "Cannot evict pod as it would violate the pod's disruption budget.",
                 R"({"causes":[{"reason":"DisruptionBudget","message":"The disruption budget web )"
                 R"(needs 2 healthy pods and has 2 currently"}]})");
}
constexpr const char* kSeveralBudgets =
    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not "
    "support.";

TEST_CASE("What may safely be repeated is repeated, and nothing else (C-015)") {
  HttpResponse throttled = Refusal(429, "TooManyRequests", "slow down");
  HttpResponse throttled_for_5s = throttled;
  throttled_for_5s.retry_after = seconds(5);
  HttpResponse throttled_for_6s = throttled;
  throttled_for_6s.retry_after = seconds(6);
  HttpResponse throttled_briefly = throttled;
  throttled_briefly.retry_after = milliseconds(10);
  const HttpResponse internal = Refusal(500, "InternalError", "oops");
  HttpResponse refused_by_budget = RefusalByBudget();
  refused_by_budget.retry_after = seconds(1);
  const HttpResponse several_budgets = Refusal(500, "", kSeveralBudgets);
  HttpResponse going = Refusal(503, "ServiceUnavailable", "apiserver is shutting down");
  going.retry_after = seconds(1);
  const HttpResponse garbage{200, "application/json", "{", {}};
  const Error not_sent = TransportError(ErrorKind::kNotSent);
  const Error ambiguous = TransportError(ErrorKind::kAmbiguous);
  const auto backed_off = milliseconds(250 + 500 + 1000);

  const std::vector<RetryRow> rows = {
      {"read, not sent", GetOf("a"), not_sent, 2, "NotSent", Duration{0}},
      {"write, not sent", PatchOf("a"), not_sent, 2, "NotSent", Duration{0}},
      {"read, no answer", GetOf("a"), ambiguous, 4, "ServerError", backed_off},
      {"write, no answer", PatchOf("a"), ambiguous, 1, "Ambiguous", Duration{0}},
      {"read, 500", GetOf("a"), internal, 4, "ServerError", backed_off},
      {"write, 500", PatchOf("a"), internal, 1, "Ambiguous", Duration{0}},
      {"read, 503 before the handler", GetOf("a"), going, 4, "ServerError", seconds(3)},
      {"write, 503 before the handler", PatchOf("a"), going, 4, "ServerError", seconds(3)},
      {"read, broken body", GetOf("a"), garbage, 4, "Malformed", backed_off},
      {"read, too large", GetOf("a"), TransportError(ErrorKind::kTooLarge), 1, "TooLarge", {}},
      {"write, broken body", PatchOf("a"), garbage, 1, "Ambiguous", Duration{0}},
      {"write, garbled on the way", PatchOf("a"), TransportError(ErrorKind::kMalformed), 1,
       "Malformed", Duration{0}},
      {"read, 429", GetOf("a"), throttled, 11, "TooManyRequests", seconds(10)},
      {"write, 429", PatchOf("a"), throttled, 4, "TooManyRequests", seconds(3)},
      {"write, 429 for 5 s", PatchOf("a"), throttled_for_5s, 2, "TooManyRequests", seconds(5)},
      {"write, 429 for 6 s", PatchOf("a"), throttled_for_6s, 1, "TooManyRequests", Duration{0}},
      {"write, 429 for 10 ms", PatchOf("a"), throttled_briefly, 4, "TooManyRequests", seconds(3)},
      {"read, 401", GetOf("a"), Refusal(401, "Unauthorized", "no"), 2, "Unauthorized", {}},
      {"write, 401", PatchOf("a"), Refusal(401, "Unauthorized", "no"), 2, "Unauthorized", {}},
      {"write, 409", PatchOf("a"), Refusal(409, "Conflict", "changed"), 1, "Conflict", {}},
      {"write, 403", PatchOf("a"), Refusal(403, "Forbidden", "no"), 1, "Forbidden", {}},
      {"read, 404", GetOf("a"), Refusal(404, "NotFound", "no"), 1, "NotFound", {}},
      {"write, TLS refused", PatchOf("a"), TransportError(ErrorKind::kTls), 1, "Tls", {}},
      // Whom these serve: who reads of a webhook that hangs, and all who wait for the sync's place.
      {"dry run, no answer", DryRunOf("a"), ambiguous, 1, "ServerError", {}},
      {"dry run, 504", DryRunOf("a"), Refusal(504, "Timeout", "late"), 1, "ServerError", {}},
      {"dry run, 500", DryRunOf("a"), internal, 4, "ServerError", backed_off},
      {"eviction, refused by a budget",
       EvictionOf("a"),
       refused_by_budget,
       1,
       "DisruptionBudget",
       {}},
      {"eviction, 429 of the server", EvictionOf("a"), throttled, 4, "TooManyRequests", seconds(3)},
      {"eviction, several budgets", EvictionOf("a"), several_budgets, 1, "Invalid", {}},
      {"eviction, 500", EvictionOf("a"), internal, 1, "Ambiguous", {}},
      {"event, no answer", EventOf("a"), ambiguous, 3, "Ambiguous", seconds(2)},
      {"event, 500", EventOf("a"), internal, 3, "Ambiguous", seconds(2)},
      {"event, 429 for 5 s", EventOf("a"), throttled_for_5s, 3, "TooManyRequests", seconds(10)},
      {"event, not sent", EventOf("a"), not_sent, 3, "NotSent", seconds(2)},
      {"event, 403", EventOf("a"), Refusal(403, "Forbidden", "no"), 1, "Forbidden", {}},
  };
  for (const RetryRow& row : rows) {
    CAPTURE(row.id);
    ClientWorld world;
    world.Execute(row.request, "call");
    const MonotonicTime first = world.clock.Now();
    MonotonicTime last;
    while (world.transport.waiting() > 0) {
      last = world.clock.Now();
      world.transport.Answer(row.answer);
      while (world.transport.waiting() == 0 && world.timers.next()) {
        world.Advance(*world.timers.next() - world.clock.Now());
      }
    }
    CHECK(world.transport.sent.size() == row.tries);
    CHECK(world.Kinds("call") == Kinds{row.kind});
    CHECK((last - first).count() == row.takes.count());
  }
  Proves("S-018");  // a late dry run is not repeated
}

TEST_CASE("A retry that succeeds is a success") {
  ClientWorld world;
  world.Execute(PatchOf("web"), "patch");
  world.transport.Answer(TransportError(ErrorKind::kNotSent));
  world.transport.Answer(Refusal(401, "Unauthorized", "expired"));
  world.transport.Answer(Refusal(429, "TooManyRequests", "slow down"));
  world.Advance(seconds(1));
  world.transport.Answer(Success());
  CHECK(world.Kinds("patch") == Kinds{"ok"});
  CHECK(world.transport.sent.size() == 4);
}

// --- turns ---

TEST_CASE("At most max_in_flight calls are in flight; the others go in the order of Execute") {
  ClientWorld world({.max_in_flight = 2});
  for (const char* name : {"a", "b", "c", "d", "e"}) world.Execute(GetOf(name), name);
  CHECK(world.transport.waiting() == 2);
  CHECK(world.client.counters().in_flight == 2);
  CHECK(world.client.counters().waiting == 3);
  while (world.transport.waiting() > 0) {
    CHECK(world.transport.waiting() <= 2);
    world.transport.Answer(Success());
  }
  CHECK(world.SentNames() == Kinds{"a", "b", "c", "d", "e"});
  CHECK(world.order == Kinds{"a", "b", "c", "d", "e"});
}

// Whom this serves: everybody, where one tenant has Pods of which a list has 32 MiB.
TEST_CASE("Of lists two are in flight at a time, and other calls do not wait for them (R-067)") {
  ClientWorld w({.qps = 0});
  const auto list = [](const std::string& app) {
    return Request::List(resources::kPods, "shop", {.label_selector = "app%3D" + app});
  };
  for (int i = 0; i < 5; ++i) w.Execute(list(std::to_string(i)), "list " + std::to_string(i));
  w.Execute(GetOf("web"), "get");
  CHECK(w.transport.waiting() == 3);
  CHECK_FALSE(w.client.congested());
  w.transport.AnswerLast(Success());
  CHECK(w.Kinds("get") == Kinds{"ok"});
  SECTION("each goes when one has ended, in order") {
    for (int i = 0; i < 5; ++i) {
      CHECK(w.transport.waiting() == static_cast<size_t>(std::min(2, 5 - i)));
      w.transport.Answer(Refusal(403, "Forbidden", "no"));
      CHECK(w.Kinds("list " + std::to_string(i)) == Kinds{"Forbidden"});
    }
  }
  SECTION("and all are answered while the server is away") {
    w.client.Hold();
    w.RunDue();
    for (int i = 2; i < 5; ++i) CHECK(w.Kinds("list " + std::to_string(i)) == Kinds{"NotSent"});
    w.transport.Answer(Success());
    w.transport.Answer(Success());
    w.client.Resume();
    w.Execute(list("5"), "list 5");
    CHECK(w.transport.waiting() == 1);
  }
}

// Whom this serves: everybody, where one tenant has many objects of 8.7 MB whose names Windlass
// finds taken.
TEST_CASE("Of reads of one object four are in flight at a time (R-067)") {
  ClientWorld w({.qps = 0});
  for (int i = 0; i < 20; ++i) w.Execute(GetOf(std::to_string(i)), "get");
  CHECK(w.transport.waiting() == 4);
  CHECK_FALSE(w.client.congested());
  for (size_t left = 20; left > 0; --left) {
    CHECK(w.transport.waiting() == std::min(left, size_t{4}));
    w.transport.Answer(Success());
  }
  CHECK(w.Kinds("get").size() == 20);
  CHECK(w.client.counters().waiting == 0);
}

TEST_CASE("A read that is repeated later leaves its place to the next namespace (R-067)") {
  ClientWorld w({.qps = 0});
  for (int i = 0; i < 20; ++i) w.Execute(GetOf(std::to_string(i)), "get");
  w.Execute(Request::Get(resources::kReplicaSets, {Symbol("blog"), "other"}), "other");
  for (int i = 0; i < 2; ++i) w.transport.Answer(Refusal(429, "TooManyRequests", "slow down"));
  CHECK(w.transport.waiting() == 4);
  CHECK(w.SentNames().back() == "other");
  w.Advance(seconds(1));
  CHECK(w.transport.waiting() == 4);
  while (w.transport.waiting() > 0) w.transport.Answer(Success());
  CHECK(w.Kinds("get").size() == 20);
  CHECK(w.Kinds("other").size() == 1);
}

TEST_CASE("Reads that wait for a place are answered while the server is away (R-067)") {
  ClientWorld w({.qps = 0});
  for (int i = 0; i < 20; ++i) w.Execute(GetOf(std::to_string(i)), "get");
  w.client.Hold();
  w.RunDue();
  CHECK(w.Kinds("get").size() == 16);
  while (w.transport.waiting() > 0) w.transport.Answer(Success());
  w.client.Resume();
  w.Execute(GetOf("web"), "again");
  CHECK(w.transport.waiting() == 1);
}

TEST_CASE("A call that is repeated goes before younger ones, and holds no place while it waits") {
  ClientWorld world({.max_in_flight = 1});
  for (const char* name : {"a", "b", "c"}) world.Execute(GetOf(name), name);
  world.transport.Answer(Refusal(429, "TooManyRequests", "slow down"));  // "a" must wait 1 s
  CHECK(world.SentNames() == Kinds{"a", "b"});
  world.Advance(seconds(1));
  world.transport.Answer(Success());  // to "b"
  CHECK(world.SentNames() == Kinds{"a", "b", "a"});
  world.transport.Answer(Success());
  CHECK(world.SentNames() == Kinds{"a", "b", "a", "c"});
}

// Whom this serves: who has scaled the workload since. The write was decided on what was before.
TEST_CASE("A write that waits too long for its turn is not repeated (C-016)") {
  ClientWorld world({.max_in_flight = 1});
  world.Execute(PatchOf("a"), "write");
  world.Execute(GetOf("b"), "read");
  world.transport.Answer(Refusal(429, "TooManyRequests", "slow down"));  // "a" must wait 1 s
  const bool late = GENERATE(false, true);
  world.Advance(seconds(late ? 6 : 4));  // "b" takes its time
  CHECK(world.Kinds("write").empty());
  world.transport.Answer(Success());
  world.RunDue();
  CHECK(world.SentNames() == (late ? Kinds{"a", "b"} : Kinds{"a", "b", "a"}));
  CHECK(world.Kinds("write") == (late ? Kinds{"TooManyRequests"} : Kinds{}));
}

TEST_CASE("The rate limit spreads calls beyond the burst, a few together") {
  ClientWorld world({.qps = 10, .burst = 3, .max_in_flight = 100});
  int freed = 0;
  world.client.on_free = [&] { ++freed; };
  std::vector<Duration> waits;
  world.client.on_rate_limiter_duration = [&](const Request&, Duration wait) {
    waits.push_back(wait);
  };
  for (int i = 0; i < 3; ++i) world.Execute(PatchOf("web"), "patch");
  CHECK(world.transport.waiting() == 3);
  CHECK_FALSE(world.client.congested());
  for (int i = 0; i < 3; ++i) world.Execute(PatchOf("web"), "patch");
  CHECK(world.client.congested());
  world.Advance(milliseconds(150));
  world.transport.Answer(Success());  // tokens are there, but calls wait to go together
  CHECK(world.transport.sent.size() == 3);
  world.Advance(milliseconds(49));
  CHECK(world.transport.sent.size() == 3);
  world.Advance(milliseconds(1));
  CHECK(world.transport.sent.size() == 5);
  CHECK(freed == 0);
  world.Advance(milliseconds(200));
  CHECK(world.transport.sent.size() == 6);
  CHECK(freed == 1);
  CHECK_FALSE(world.client.congested());
  CHECK(world.client.counters().rate_limited == 2);
  CHECK(waits == std::vector<Duration>{Duration{0}, Duration{0}, Duration{0}, milliseconds(200),
                                       milliseconds(200), milliseconds(400)});
}

TEST_CASE("Events that wait for their rate hold nobody up") {
  ClientWorld world({.qps = 10, .burst = 20, .max_in_flight = 100});
  for (int i = 0; i < 20; ++i) world.Execute(EventOf("e"), "event");
  for (int i = 0; i < 10; ++i) world.transport.Answer(Success("e"));
  CHECK(world.transport.sent.size() == 10);
  CHECK(world.transport.waiting() == 0);
  CHECK_FALSE(world.client.congested());
  world.Execute(GetOf("web"), "get");
  CHECK(world.transport.waiting() == 1);
}

TEST_CASE("Without a rate limit only the places in flight bound the client") {
  ClientWorld world({.qps = 0, .burst = 1, .max_in_flight = 500});
  for (int i = 0; i < 600; ++i) world.Execute(PatchOf("web"), "patch");
  CHECK(world.transport.waiting() == 500);
}

// C-010.
TEST_CASE("Writes of Events go last, with a tenth of the rate (B-47)") {
  ClientWorld world({.qps = 10, .burst = 20, .max_in_flight = 1});
  for (int i = 0; i < 20; ++i) world.Execute(EventOf("e"), "event");
  CHECK(world.transport.waiting() == size_t{kEventsInFlightMax});
  // Events that hang take no place from others.
  for (const char* name : {"a", "b"}) world.Execute(PatchOf(name), name);
  CHECK(world.transport.sent.back().target.find("deployments/a") != std::string::npos);
  CHECK(world.client.congested());
  world.transport.AnswerLast(Success("a"));
  CHECK(world.transport.sent.back().target.find("deployments/b") != std::string::npos);
  CHECK_FALSE(world.client.congested());
  while (world.transport.waiting() > 0) world.transport.Answer(Success("e"));
  CHECK(world.transport.sent.size() == 12);  // 10 of the 12 are Events
  world.Advance(seconds(4));
  CHECK(world.transport.sent.size() == 12);
  world.Advance(seconds(1));
  while (world.transport.waiting() > 0) world.transport.Answer(Success("e"));
  CHECK(world.transport.sent.size() == 17);  // five seconds' worth of Events, sent together
  Proves("B-47");
}

TEST_CASE("Events never take more than their places in flight (C-010)") {
  ClientWorld world({.qps = 0});
  for (int i = 0; i < 20; ++i) world.Execute(EventOf("e"), "event");
  CHECK(world.transport.waiting() == static_cast<size_t>(kEventsInFlightMax));
}

// --- the write deadline ---

TEST_CASE("A write deadline that is over refuses mutations, later, and lets reads pass (L-004)") {
  ClientWorld world;
  world.write_deadline.Forbid();
  world.Execute(PatchOf("a"), "patch");
  world.Execute(Request::Create(resources::kReplicaSets, {"shop", "a"}, "{}"), "create");
  world.Execute(Request::Delete(resources::kReplicaSets, Version("a")), "delete");
  world.Execute(GetOf("a"), "get");
  CHECK(world.order.empty());
  CHECK(world.SentNames() == Kinds{"a"});
  world.RunDue();
  for (const char* name : {"patch", "create", "delete"}) {
    CHECK(world.Kinds(name) == Kinds{"Fenced"});
  }
  world.transport.Answer(Success());
  CHECK(world.Kinds("get") == Kinds{"ok"});
}

TEST_CASE("A write deadline that is over refuses without waiting for a place in flight (L-004)") {
  ClientWorld world({.max_in_flight = 1});
  world.Execute(GetOf("a"), "get");
  world.write_deadline.Forbid();
  world.Execute(PatchOf("b"), "patch");
  world.RunDue();
  CHECK(world.Kinds("patch") == Kinds{"Fenced"});
}

TEST_CASE("A write deadline that ends while a write waits keeps it from being sent (L-004)") {
  ClientWorld world({.max_in_flight = 1});
  world.Execute(GetOf("a"), "first");
  world.Execute(PatchOf("b"), "patch");
  world.Execute(GetOf("c"), "read");
  world.write_deadline.Forbid();
  world.transport.Answer(Success());
  world.RunDue();
  CHECK(world.SentNames() == Kinds{"a", "c"});
  CHECK(world.Kinds("patch") == Kinds{"Fenced"});
}

TEST_CASE(
    "A permit that runs out while a write waits for the rate keeps it from being sent (L-004)") {
  ClientWorld world({.qps = 1, .burst = 1});
  world.write_deadline.AllowUntil(world.clock.Now() + seconds(1));
  world.Execute(PatchOf("a"), "first");
  world.Execute(PatchOf("b"), "second");
  world.Advance(seconds(2));
  CHECK(world.SentNames() == Kinds{"a"});
  CHECK(world.Kinds("second") == Kinds{"Fenced"});
}

TEST_CASE(
    "A write deadline that ends while a write backs off keeps it from being repeated (L-004)") {
  ClientWorld world;
  world.Execute(PatchOf("a"), "patch");
  world.transport.Answer(Refusal(429, "TooManyRequests", "slow down"));
  world.write_deadline.Forbid();
  world.Advance(seconds(5));
  CHECK(world.Kinds("patch") == Kinds{"Fenced"});
  CHECK(world.transport.sent.size() == 1);
}

TEST_CASE("A write is sent in the term in which it was decided, or not at all (L-010)") {
  const bool backs_off = GENERATE(true, false);
  ClientWorld world({.max_in_flight = 1});
  if (!backs_off) world.Execute(GetOf("first"), "first");
  world.Execute(PatchOf("a"), "patch");
  world.Execute(EventOf("e"), "event");
  if (backs_off) world.transport.Answer(Refusal(429, "TooManyRequests", "slow down"));
  world.write_deadline.Forbid();
  world.write_deadline.AllowForGood();  // the next term
  world.Execute(PatchOf("b"), "next");
  while (world.transport.waiting() > 0) {
    world.transport.Answer(Success());
    world.Advance(seconds(5));
  }
  CHECK(world.Kinds("patch") == Kinds{"Fenced"});
  CHECK(world.Kinds("next") == Kinds{"ok"});
  CHECK(world.Kinds("event") == Kinds{"ok"});  // as true as before
}

TEST_CASE("A write may take as long as the permit lasts, and at the server a second less (L-004)") {
  ClientWorld world;
  world.write_deadline.AllowUntil(world.clock.Now() + milliseconds(3500));
  world.Execute(PatchOf("a"), "patch");
  world.Execute(Request::Delete(resources::kReplicaSets, Version("a")), "delete");
  world.Execute(GetOf("a"), "get");
  REQUIRE(world.transport.sent.size() == 3);
  CHECK(world.transport.sent[0].deadline == milliseconds(3500));
  CHECK(world.transport.sent[0].target.ends_with("?fieldManager=windlass&timeout=2500ms"));
  CHECK(world.transport.sent[1].target.ends_with("?timeout=2500ms"));
  CHECK(world.transport.sent[2].deadline == kCallDeadline);
  CHECK(world.transport.sent[2].target.find("timeout") == std::string::npos);
}

// --- handlers ---

TEST_CASE("A write without an answer may arrive until its deadline (L-012)") {
  struct Row {
    std::string id;
    Request request;
    Result<HttpResponse> said;
    bool may_arrive;
  };
  const Error broken = TransportError(ErrorKind::kAmbiguous);
  const Row row = GENERATE_COPY(values<Row>({
      {"a write, reset", PatchOf("a"), broken, true},
      {"a write, answer lost by a proxy", PatchOf("a"), Refusal(502, "", "bad gateway"), true},
      {"a write, given up by a proxy", PatchOf("a"), Refusal(408, "", "request timeout"), true},
      {"a write, a proxy's 501", PatchOf("a"), Refusal(501, "", "not implemented"), true},
      {"a write, no JSON", PatchOf("a"), HttpResponse{200, "text/html", "<html>", {}}, true},
      {"a write, failed at the server", PatchOf("a"), Refusal(500, "InternalError", "no"), false},
      {"a write, not sent", PatchOf("a"), TransportError(ErrorKind::kNotSent), false},
      {"a write, done", PatchOf("a"), Success(), false},
      {"a read, reset", GetOf("a"), broken, false},
      {"an Event, reset", EventOf("a"), broken, false},
  }));
  CAPTURE(row.id);
  ClientWorld world;
  world.Execute(row.request, "call");
  CHECK_FALSE(world.client.write_may_arrive());
  world.Advance(seconds(4));
  world.transport.Answer(row.said);
  CHECK(world.client.write_may_arrive() == row.may_arrive);
  world.clock.JumpTo({kCallDeadline - milliseconds(1)});
  CHECK(world.client.write_may_arrive() == row.may_arrive);
  world.clock.JumpTo({kCallDeadline});
  CHECK_FALSE(world.client.write_may_arrive());
}

TEST_CASE("A handler may ask again, or end the client") {
  ClientWorld world({.max_in_flight = 1});
  SECTION("asking again goes behind what waits") {
    world.client.Execute(GetOf("a"), [&](const Result<Reply>&) { world.Execute(GetOf("c"), "c"); });
    world.Execute(GetOf("b"), "b");
    for (int i = 0; i < 3; ++i) world.transport.Answer(Success());
    CHECK(world.SentNames() == Kinds{"a", "b", "c"});
  }
  SECTION("ending it drops the handlers that have not come") {
    world.transport.cancels_at_once = GENERATE(false, true);
    auto second = std::make_unique<Client>(world.clock, world.timers, world.transport,
                                           world.decoder, world.write_deadline, "windlass");
    int late = 0;
    second->Execute(GetOf("a"), [&](const Result<Reply>&) { second.reset(); });
    second->Execute(GetOf("b"), [&](const Result<Reply>&) { ++late; });
    world.write_deadline.Forbid();
    second->Execute(PatchOf("c"), [&](const Result<Reply>&) { ++late; });
    world.transport.Answer(Success());
    world.Advance(seconds(60));
    CHECK(late == 0);
    CHECK(world.transport.waiting() == 0);
  }
}

// --- a server that is away, or asks for less ---

TEST_CASE("While the server is away nothing is sent, and what waits is answered (C-012)") {
  ClientWorld world({.max_in_flight = 2});
  int freed = 0;
  world.client.on_free = [&] { ++freed; };
  world.Execute(PatchOf("backing off"), "backing off");
  world.transport.Answer(Refusal(429, "TooManyRequests", "slow down"));
  for (const char* name : {"in flight", "too", "waiting"}) world.Execute(PatchOf(name), name);
  world.client.Hold();
  CHECK(world.client.congested());
  CHECK(world.Kinds("waiting").empty());  // no answer before Hold has returned
  world.RunDue();
  CHECK(world.Kinds("waiting") == Kinds{"NotSent"});
  CHECK(world.Kinds("backing off") == Kinds{"NotSent"});
  world.transport.Answer(TransportError(ErrorKind::kNotSent));
  world.transport.Answer(Refusal(503, "ServiceUnavailable", "apiserver is shutting down"));
  CHECK(world.Kinds("in flight") == Kinds{"NotSent"});  // the client did not repeat the call
  CHECK(world.Kinds("too") == Kinds{"ServerError"});
  world.Execute(GetOf("new"), "new");
  CHECK(world.Kinds("new").empty());
  world.RunDue();
  CHECK(world.Kinds("new") == Kinds{"NotSent"});
  world.Advance(seconds(600));
  CHECK(world.transport.sent.size() == 3);
  CHECK(freed == 0);
  CHECK(world.client.counters().waiting == 0);
  CHECK(world.client.congested());

  world.client.Resume();  // the server is back: calls go out, slowly at first
  CHECK(freed == 1);
  CHECK_FALSE(world.client.congested());
  for (int i = 0; i < 3; ++i) world.Execute(GetOf("again"), "again");
  CHECK(world.transport.waiting() == 1);
  CHECK(world.client.congested());
  world.transport.Answer(Success());
  world.Advance(milliseconds(900));
  CHECK(world.transport.waiting() == 0);
  world.Advance(seconds(1));
  CHECK(world.transport.waiting() >= 1);
}

TEST_CASE("Events wait for a server that is away, but are not tried again (C-012)") {
  ClientWorld world({.qps = 0});
  const auto places = static_cast<size_t>(kEventsInFlightMax);
  world.Execute(EventOf("tried"), "tried");
  world.transport.Answer(TransportError(ErrorKind::kNotSent));
  for (size_t i = 0; i < places; ++i) world.Execute(EventOf("sent"), "sent");
  world.Execute(EventOf("waiting"), "waiting");
  world.client.Hold();
  world.Execute(EventOf("new"), "new");
  world.RunDue();
  CHECK(world.Kinds("tried") == Kinds{"NotSent"});
  while (world.transport.waiting() > 0) {
    world.transport.Answer(TransportError(ErrorKind::kAmbiguous));
  }
  CHECK(world.Kinds("sent") == Kinds(places, "Ambiguous"));
  world.Advance(seconds(600));
  CHECK(world.transport.sent.size() == 1 + places);
  CHECK(world.Kinds("waiting").empty());
  world.client.Resume();
  for (int i = 0; i < 20; ++i) {
    while (world.transport.waiting() > 0) world.transport.Answer(Success("e"));
    world.Advance(seconds(1));
  }
  CHECK(world.Kinds("waiting") == Kinds{"ok"});
  CHECK(world.Kinds("new") == Kinds{"ok"});
}

TEST_CASE("A server that asks for less gets less from all callers (C-011)") {
  ClientWorld world({.qps = 40, .burst = 40, .max_in_flight = 1000});
  HttpResponse throttled = GENERATE(Refusal(429, "TooManyRequests", "slow down"),
                                    Refusal(503, "ServiceUnavailable", "etcd is slow"));
  throttled.retry_after = seconds(5);
  // A write is throttled by the server in plain text only: a Status may be of a webhook.
  const bool write = GENERATE(false, true);
  if (write) throttled.content_type = "text/plain; charset=utf-8";
  world.Execute(write ? PatchOf("web") : GetOf("web"), "call");
  CHECK(world.client.counters().rate == 40);
  world.transport.Answer(throttled);
  CHECK(world.client.counters().rate == 20);
  CHECK(world.client.counters().throttled == 1);
  world.Advance(seconds(60));
  CHECK(world.client.counters().rate == 40);
  Proves("D-535");
}

// Whom this serves: all but the tenant whose webhook asks for less.
TEST_CASE("A webhook that asks for less slows down its object alone (C-011)") {
  ClientWorld world({.qps = 40, .burst = 40, .max_in_flight = 1000});
  HttpResponse denied = GENERATE(Refusal(429, "TooManyRequests", "a webhook says so"),
                                 Refusal(503, "ServiceUnavailable", "a webhook says so"));
  denied.retry_after = seconds(5);
  world.Execute(GENERATE(PatchOf("noisy"), DryRunOf("noisy")), "noisy");
  world.transport.Answer(denied);
  CHECK(world.client.counters().rate == 40);
  CHECK(world.client.counters().throttled == 0);
  CHECK_FALSE(world.client.congested());
  world.Execute(PatchOf("quiet"), "quiet");
  world.transport.Answer(Success());
  CHECK(world.Kinds("quiet") == Kinds{"ok"});
}

// Whom this serves: all but the tenant whose Pods cannot be evicted now.
TEST_CASE("A budget that refuses an eviction slows down nobody (C-019)") {
  ClientWorld world({.qps = 40, .burst = 40, .max_in_flight = 1000});
  HttpResponse refused = RefusalByBudget(GENERATE(429, 403));
  refused.retry_after = seconds(10);
  world.Execute(EvictionOf("web-1"), "evict");
  world.transport.Answer(refused);
  CHECK(world.Kinds("evict") == Kinds{"DisruptionBudget"});
  const Error& error = world.replies["evict"][0].error();
  CHECK(error.retry_after_ms == 10'000);
  REQUIRE(error.causes.size() == 1);
  CHECK(error.causes[0].message ==
        "The disruption budget web needs 2 healthy pods and has 2 currently");
  CHECK(world.client.counters().rate == 40);
  CHECK(world.client.counters().throttled == 0);
  CHECK_FALSE(world.client.congested());
}

// --- metrics ---

TEST_CASE("Every HTTP request is counted by method and code, and measured") {
  ClientWorld world;
  std::vector<std::string> measured;
  world.client.on_request_duration = [&](std::string_view method, Duration took) {
    measured.push_back(std::string(method) + " " + std::to_string(took / milliseconds(1)));
  };
  world.Execute(GetOf("a"), "get");
  world.Advance(milliseconds(30));
  world.transport.Answer(TransportError(ErrorKind::kNotSent));
  world.Advance(milliseconds(5));
  world.transport.Answer(Success());
  world.Execute(PatchOf("a"), "patch");
  world.transport.Answer(Refusal(409, "Conflict", "changed"));
  using Series = std::pair<std::string, std::string>;
  auto requests = world.client.counters().requests;
  CHECK(requests.size() == 3);
  CHECK(requests[Series("GET", "<error>")] == 1);
  CHECK(requests[Series("GET", "200")] == 1);
  CHECK(requests[Series("PATCH", "409")] == 1);
  CHECK(measured == Kinds{"GET 30", "GET 5", "PATCH 0"});
}

TEST_CASE("Every call is answered exactly once, whatever happens") {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    ClientWorld world({.qps = 20, .burst = 3, .max_in_flight = 1 + static_cast<int>(seed % 4)});
    const std::vector<Result<HttpResponse>> answers = {
        Success(),
        Refusal(429, "TooManyRequests", "slow down"),
        Refusal(500, "InternalError", "oops"),
        Refusal(503, "ServiceUnavailable", "apiserver is shutting down"),
        Refusal(401, "Unauthorized", "no"),
        TransportError(ErrorKind::kNotSent),
        TransportError(ErrorKind::kAmbiguous),
    };
    int asked = 0;
    for (int i = 0; i < 200; ++i) {
      const std::string name = std::to_string(asked);
      switch (Below(random, 9)) {
        case 8: Below(random, 2) == 0 ? world.client.Hold() : world.client.Resume(); break;
        case 0: world.Execute(GetOf(name), std::to_string(asked++)); break;
        case 1: world.Execute(PatchOf(name), std::to_string(asked++)); break;
        case 2: world.Execute(EventOf(name), std::to_string(asked++)); break;
        case 3: world.Advance(milliseconds(Below(random, 700))); break;
        case 4:
          Below(random, 2) == 0 ? world.write_deadline.Forbid()
                                : world.write_deadline.AllowForGood();
          break;
        default:
          if (world.transport.waiting() == 0) break;
          world.transport.Answer(answers[Below(random, static_cast<uint32_t>(answers.size()))]);
      }
    }
    world.client.Resume();
    while (world.client.counters().waiting > 0 || world.client.counters().in_flight > 0) {
      while (world.transport.waiting() > 0) world.transport.Answer(Success());
      world.Advance(seconds(1));
    }
    world.RunDue();
    REQUIRE(world.order.size() == static_cast<size_t>(asked));
    REQUIRE(world.replies.size() == static_cast<size_t>(asked));
  }
}

}  // namespace
}  // namespace windlass::client_test
