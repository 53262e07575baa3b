// When a term begins a sync, and what it does before the next one for the same key.
#include "controller/runtime/term.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "kubeclient/client/call_deadlines.h"
#include "test/catch.h"
#include "test/unit/controller/runtime/term_world.h"

namespace windlass::term_test {
namespace {

using Names = std::vector<std::string>;

TEST_CASE_METHOD(TermWorld,
                 "after a write without an answer nothing is decided before a read (S-003)") {
  Begin();
  Look();
  REQUIRE(transport.waiting() == 1);
  transport.Answer(TransportError(ErrorKind::kAmbiguous));
  CHECK_FALSE(term->settled());
  Advance(seconds(1));
  REQUIRE(transport.sent.size() == 2);
  CHECK(LastMethod() == HttpMethod::kGet);
  SECTION("which is answered") {
    transport.Answer(Success());
    REQUIRE(transport.sent.size() == 3);
    CHECK(LastMethod() == HttpMethod::kPatch);
    transport.Answer(Success());
    Advance(Duration{0});
    CHECK_FALSE(term->settled());  // the first write may still arrive
    CHECK(term->idle());
    Look();
    REQUIRE(transport.waiting() == 1);
    CHECK(LastMethod() == HttpMethod::kPatch);  // one read is enough
  }
  SECTION("which is refused again and again") {
    for (int i = 0; i < 3; ++i) {
      transport.Answer(Refusal(403, "Forbidden", "no"));
      Advance(seconds(60));
      REQUIRE(transport.waiting() == 1);
      CHECK(LastMethod() == HttpMethod::kGet);
    }
    CHECK_FALSE(term->settled());
  }
}

// Whom this serves: who wonders why nothing moves while a webhook writes back after each write.
TEST_CASE_METHOD(TermWorld, "who loses every race for its object is told, once (Q-006)") {
  const auto told = [this] {
    return std::ranges::count_if(transport.sent, [](const HttpRequest& request) {
      return request.body.find("WindlassConflict") != std::string::npos;
    });
  };
  controller.plan = [](const ObjectKey&, const Learned&) -> Step {
    return Write{.request = PatchOf("web"), .because = {Decision{"a test"}, {}}};
  };
  Begin();
  Look();
  int conflicts = 0;
  const auto lose = [&] {
    while (transport.waiting() == 0) Advance(seconds(1));
    const bool is_event = transport.sent.back().method == HttpMethod::kPost;
    transport.Answer(is_event ? Success() : Refusal(409, "Conflict", "changed"));
    if (!is_event) ++conflicts;
  };
  while (conflicts < 9) lose();
  Advance(Duration{0});
  CHECK(told() == 0);
  while (conflicts < 15) lose();
  CHECK(told() == 1);
  CHECK(transport.sent.size() == 16);
}

// An update of `name`'s size, whose refusal does not end the walk, and of the status of web.
Write Scale(const std::string& name) {
  return Write{
      .request = PatchOf(name), .because = {Decision{"scale"}, {}}, .go_on_if_refused = true};
}
Write Tell() {
  return Write{.request = Request::MergePatch(resources::kDeployments, Version("web"), "status",
                                              R"({"status":{"replicas":1}})"),
               .because = {Decision{"tell"}, {}},
               .go_on_if_refused = true};
}

Error NoAnswer() {
  return {ErrorKind::kAmbiguous, "no answer within 10 s", 0, 0, ErrorDetail::kNoAnswer};
}

// Of a controller that scales web-1, web-2 and web-3, and then writes the status.
struct LateFixture : TermWorld {
  LateFixture() {
    controller.plan = [this](const ObjectKey&, const Learned& learned) -> Step {
      seen = learned;
      const bool ends = std::ranges::any_of(learned, &Outcome::ends_walk);
      for (const Write& write : {Scale("web-1"), Scale("web-2"), Scale("web-3"), Tell()}) {
        if (ends && write.request.subresource().empty()) continue;
        if (FindOutcome(learned, write.request.Identity()) == nullptr) return write;
      }
      const auto failed =
          std::ranges::find_if(learned, [](const Outcome& o) { return !o.said.ok(); });
      if (failed == learned.end()) return Wait{};
      return Failed{.error = failed->said.error()};
    };
  }
  // The write under way is late, and a read shows that nothing has changed.
  void BeLate(const Result<HttpResponse>& late = NoAnswer()) {
    transport.Answer(late);
    Advance(seconds(5));
    REQUIRE(transport.waiting() == 1);
    REQUIRE(LastMethod() == HttpMethod::kGet);
    transport.Answer(Success());
  }
  std::string Sent() { return SentNames().back(); }
  int Refused() const {
    return static_cast<int>(std::ranges::count_if(seen, [](const Outcome& outcome) {
      return !outcome.said.ok() && outcome.said.error().kind == ErrorKind::kTimeout;
    }));
  }
  Learned seen;
};

TEST_CASE_METHOD(LateFixture,
                 "a write that is late, or answered 500, twice is told, then tried anew (S-018)") {
  const Result<HttpResponse> late =
      GENERATE(Result<HttpResponse>(NoAnswer()),
               Result<HttpResponse>(Refusal(504, "Timeout", "request did not complete")),
               // A mutating webhook's patch that does not apply.
               Result<HttpResponse>(Refusal(500, "InternalError", "add operation does not apply")));
  Begin();
  Look();
  CHECK(Sent() == "web-1");
  BeLate(late);
  CHECK(Sent() == "web-1");
  BeLate(late);
  // Another object's write may succeed.
  CHECK(Sent() == "web-2");
  CHECK(Refused() == 1);
  for (const char* name : {"web-2", "web-3", "status"}) {
    CHECK(Sent() == name);
    transport.Answer(Success());
  }
  CHECK(transport.waiting() == 0);
  Advance(seconds(1));
  CHECK(Sent() == "web-1");
  transport.Answer(Success());
  CHECK(Sent() == "web-2");
}

TEST_CASE_METHOD(LateFixture, "the status waits for no more than two late writes (S-018)") {
  Begin();
  Look();
  for (const char* name : {"web-1", "web-1", "web-2", "web-2"}) {
    CHECK(Sent() == name);
    BeLate();
  }
  CHECK(Sent() == "status");
  CHECK(Refused() == 2);
}

TEST_CASE_METHOD(LateFixture, "a status that is late, too, ends the sync with a failure (S-018)") {
  Begin();
  Look();
  for (const char* name : {"web-1", "web-1", "web-2", "web-2", "status", "status"}) {
    CHECK(Sent() == name);
    BeLate();
  }
  CHECK(Refused() == 3);
  CHECK(transport.waiting() == 0);
  Advance(seconds(10));
  CHECK(Sent() == "web-1");
}

TEST_CASE_METHOD(LateFixture,
                 "a write that was late once is not told, nor one that happened (S-018)") {
  Begin();
  Look();
  SECTION("late once") {
    BeLate();
    transport.Answer(Success());
    CHECK(Sent() == "web-2");
    BeLate();
    CHECK(Sent() == "web-1");
    BeLate();
    CHECK(Sent() == "web-1");
  }
  SECTION("happened") {
    BeLate();
    controller.plan = [this](const ObjectKey&, const Learned& learned) -> Step {
      seen = learned;
      const bool sent = FindOutcome(learned, Scale("web-2").request.Identity()) != nullptr;
      return sent ? Step(Wait{}) : Step(Scale("web-2"));
    };
    BeLate();
    CHECK(Sent() == "web-2");
  }
  SECTION("a connection that broke off") {
    for (int i = 0; i < 5; ++i) BeLate(TransportError(ErrorKind::kAmbiguous));
    CHECK(Sent() == "web-1");
  }
  CHECK(Refused() == 0);
}

// The planner tells it in words of its own: ReplicaSetCreateError (D-175).
TEST_CASE_METHOD(LateFixture, "a creation that is late does not end the walk (S-018)") {
  const auto create = [](const std::string& name) {
    return Write{.request = Request::Create(resources::kReplicaSets, {"shop", name}, "{}"),
                 .because = {Decision{"create"}, {}},
                 .go_on_if_refused = true};
  };
  controller.plan = [&](const ObjectKey&, const Learned& learned) -> Step {
    seen = learned;
    if (learned.size() < 2) return create(learned.empty() ? "web-1" : "web-2");
    return Wait{};
  };
  Begin();
  Look();
  for (int i = 0; i < 4; ++i) {
    REQUIRE(transport.waiting() == 1);
    transport.Answer(NoAnswer());
    Advance(seconds(1));
    transport.Answer(Refusal(404, "NotFound", "no"));
  }
  CHECK(Refused() == 2);
  CHECK(std::ranges::none_of(seen, &Outcome::ends_walk));
  CHECK(transport.waiting() == 0);
}

TEST_CASE_METHOD(LateFixture, "a touch that is late twice is told, too (L-012, S-018)") {
  controller.fence_writes = {Request::MergePatch(
      resources::kReplicaSets, {{"shop", "web-1"}, {0, 1}, ResourceVersion{"41"}}, "", "{}")};
  Begin("5-7");
  Look();
  for (int i = 0; i < 2; ++i) {
    CHECK(Sent() == "web-1");
    BeLate();
  }
  CHECK(Sent() == "status");
  CHECK(Refused() == 1);
}

TEST_CASE_METHOD(LateFixture,
                 "a write behind a fence is told when it is late twice (L-012, S-018)") {
  controller.fence_writes = {Request::MergePatch(
      resources::kReplicaSets, {{"shop", "web-0"}, {0, 1}, ResourceVersion{"41"}}, "", "{}")};
  Begin("5-7");
  Look();
  CHECK(Sent() == "web-0");
  transport.Answer(Success("web-0", "42"));
  for (int i = 0; i < 2; ++i) {
    CHECK(Sent() == "web-1");
    BeLate();
  }
  CHECK(Sent() == "web-2");
  CHECK(Refused() == 1);
}

// Whom this serves: who deletes an object whose writes were late, and makes it anew.
TEST_CASE_METHOD(LateFixture, "a namesake is not blamed for writes that were late before (S-018)") {
  Uid uid = *Uid::Parse(kUid);
  controller.plan = [&uid](const ObjectKey&, const Learned& learned) -> Step {
    if (!learned.empty()) return Wait{};
    return Write{
        .request = Request::MergePatch(resources::kReplicaSets,
                                       {{"shop", "web-1"}, uid, ResourceVersion{"41"}}, "", "{}"),
        .because = {Decision{"scale"}, {}}};
  };
  Begin();
  Look();
  BeLate();
  uid = Uid{0, 1};
  BeLate();  // the second time, but the next write is another object's
  REQUIRE(transport.waiting() == 1);
  CHECK(LastMethod() == HttpMethod::kPatch);
}

// A creation names no uid, so only the object that it is made for tells two of them apart.
TEST_CASE_METHOD(LateFixture,
                 "a namesake is not blamed for creations that were late before (S-018)") {
  controller.plan = [](const ObjectKey&, const Learned& learned) -> Step {
    if (!learned.empty()) return Wait{};
    return Write{.request = Request::Create(resources::kReplicaSets, {"shop", "web-1"}, "{}"),
                 .because = {Decision{"create"}, {}}};
  };
  Begin();
  Look();
  BeLate();
  SECTION("the second time, but the next creation is another object's") {
    controller.objects[kWeb] = Uid{0, 1};
    BeLate();
    REQUIRE(transport.waiting() == 1);
    CHECK(LastMethod() == HttpMethod::kPost);
    BeLate();
    REQUIRE(transport.waiting() == 1);  // its own second try
    BeLate();
  }
  SECTION("of one object, the third is not sent") { BeLate(); }
  CHECK(transport.waiting() == 0);
}

TEST_CASE_METHOD(TermWorld, "after a take-over the fence comes first (L-012)") {
  controller.fence_writes = {Request::MergePatch(
      resources::kReplicaSets, {{"shop", "web-1"}, {0, 1}, ResourceVersion{"41"}}, "", "{}")};
  Begin("5-7");
  Look();
  CHECK(SentNames() == Names{"web-1"});
  transport.Answer(Success("web-1", "42"));
  CHECK(SentNames() == Names{"web-1", "web"});
}

TEST_CASE_METHOD(TermWorld, "while the server is away keys stay where they are (C-012)") {
  Begin();
  client.Hold();
  Look();
  CHECK(counters.syncs == 0);
  client.Resume();
  Advance(Duration{0});
  CHECK(counters.syncs == 1);
  CHECK(SentNames() == Names{"web"});
}

TEST_CASE_METHOD(TermWorld,
                 "the patience of a write counts from the first sync that wanted it (C-006)") {
  patience = seconds(10);
  Begin();
  Look();
  Advance(seconds(5));
  Look();
  CHECK(transport.sent.empty());
  Advance(seconds(5));
  CHECK(transport.sent.size() == 1);
}

TEST_CASE_METHOD(TermWorld, "a write that is put off is forgotten with its object (C-006)") {
  patience = seconds(10);
  Begin();
  Look();
  Advance(seconds(5));
  controller.objects.clear();
  Look();
  controller.objects[kWeb] = Uid{0, 1};  // a namesake, whose patience begins anew
  Look();
  Advance(seconds(5));
  CHECK(transport.sent.empty());
  Advance(seconds(5));
  CHECK(transport.sent.size() == 1);
}

// Whom this serves: who has many old ReplicaSets, each of which its controller updates once.
TEST_CASE_METHOD(TermWorld, "who loses a race for one object after the other is not told (Q-006)") {
  int web = 0;
  controller.plan = [&web](const ObjectKey&, const Learned&) -> Step {
    return Write{.request = PatchOf("web-" + std::to_string(web)),
                 .because = {Decision{"a test"}, {}}};
  };
  Begin();
  Look();
  const auto lose = [&] {
    while (transport.waiting() == 0) Advance(seconds(1));
    REQUIRE(transport.sent.back().method == HttpMethod::kPatch);
    transport.Answer(Refusal(409, "Conflict", "changed"));
  };
  for (web = 0; web < 30; ++web) lose();
  for (int i = 0; i < 9; ++i) lose();  // races for one object now
  controller.plan = [](const ObjectKey&, const Learned&) -> Step { return Wait{}; };
  Look();
  controller.plan = [](const ObjectKey&, const Learned&) -> Step {
    return Write{.request = PatchOf("web-30"), .because = {Decision{"a test"}, {}}};
  };
  Look();
  for (int i = 0; i < 9; ++i) lose();  // a sync that lost none was between
}

// Whom this serves: who would look for another client that does not exist. Examples: the watch is
// broken, and a read shows that the object of a rollback is gone; each new ReplicaSet is deleted at
// once.
TEST_CASE_METHOD(TermWorld, "a sync that lost no write to another client accuses none (Q-006)") {
  const ErrorKind kind = GENERATE(ErrorKind::kNotFound, ErrorKind::kConflict);
  controller.plan = [kind](const ObjectKey&, const Learned&) -> Step {
    return Failed{.error = {kind, "it is gone"}};
  };
  Begin();
  Look();
  for (int i = 0; i < 30; ++i) Advance(seconds(60));
  CHECK(counters.conflicts > 10);
  CHECK(transport.sent.empty());  // no Event
}

// Deployments, each of which is patched once in each sync.
struct Many : TermWorld {
  Many() {
    syncs_max = 64;
    controller.plan = [this](const ObjectKey& key, const Learned& learned) -> Step {
      if (!learned.empty()) return Wait{};
      begun.push_back(key.ToString());
      return Write{.request = PatchOf(key.name), .because = {Decision{"a test"}, {}}};
    };
  }
  void Add(const std::string& namespace_, const std::string& name, size_t json_bytes) {
    const QueueKey key{{Symbol(namespace_), name}};
    controller.objects[key] = *Uid::Parse(kUid);
    controller.large[key] = json_bytes;
    term->Add(key, Wake::kSpecChange);
  }
  // Returns the names whose syncs have begun since it was called last.
  Names Begun() {
    Advance(Duration{0});
    return std::exchange(begun, {});
  }
  Names begun;
};

constexpr size_t kMega = size_t{1} << 20U;

// Whom this serves: everybody else. A sync holds several times its object, and 56 Deployments of
// 1.4 MB of `<` ended both replicas, again after each restart.
TEST_CASE_METHOD(Many, "of the largest objects one is worked at after the other (R-067)") {
  Begin();
  Add("noisy", "a", 9 * kMega);
  Add("noisy", "b", 9 * kMega);
  Add("noisy", "c", 9 * kMega);
  Add("shop", "d", 9 * kMega);
  Add("noisy", "small", kLargeJsonBytes - 1);
  CHECK(Begun() == Names{"noisy/a", "noisy/small"});
  CHECK_FALSE(term->idle());
  transport.AnswerLast(Success());
  CHECK(Begun() == Names{});
  transport.Answer(Success());
  CHECK(Begun() == Names{"shop/d"});  // namespaces take turns
  transport.Answer(Success());
  CHECK(Begun() == Names{"noisy/b"});
  Add("noisy", "small", 0);
  CHECK(Begun() == Names{"noisy/small"});
  transport.Answer(Refusal(403, "Forbidden", "no"));  // a sync that fails makes room, too
  CHECK(Begun() == Names{"noisy/c"});
  while (transport.waiting() > 0) transport.Answer(Success());
  Advance(Duration{0});
  CHECK(term->settled());
}

TEST_CASE_METHOD(Many,
                 "of smaller ones as many as 8 MB hold, and a larger one has its turn (R-067)") {
  Begin();
  for (int i = 0; i < 20; ++i) Add("noisy", "m" + std::to_string(i), kMega);
  CHECK(Begun().size() == 8);
  Add("shop", "large", 9 * kMega);
  CHECK(Begun().empty());
  for (int i = 0; i < 3; ++i) transport.Answer(Success());
  CHECK(Begun().empty());  // 5 of 8 are still there
  transport.Answer(Success());
  CHECK(Begun().front() == "noisy/m8");
  transport.Answer(Success());
  const Names next = Begun();
  CHECK(std::ranges::count(next, "shop/large") == 1);
}

// Whom this serves: everybody else. Objects that Windlass has never seen have the names that it
// wants to give, and each of them has 8.7 MB.
TEST_CASE_METHOD(Many, "what syncs read of objects that nobody knew takes room, too (R-067)") {
  Names ended;
  controller.plan = [&](const ObjectKey& key, const Learned& learned) -> Step {
    if (learned.size() < 2) {
      return Read{Request::Get(resources::kReplicaSets,
                               {key.namespace_, key.name + std::to_string(learned.size())}),
                  "its name is taken"};
    }
    ended.push_back(key.ToString());
    return Wait{};
  };
  Begin();
  for (const char* name : {"a", "b", "c", "d"}) Add("noisy", name, 0);
  Advance(Duration{0});
  const std::string large(5 * kMega, 'x');  // of two, 5 MiB count
  for (int i = 0; i < 4; ++i) transport.Answer(Success(large));
  CHECK(transport.waiting() == 3);  // 2.5 MiB each of 8: the fourth has no room
  transport.Answer(Success(large));
  CHECK(ended.empty());  // nor has the first for its second one, while two others have theirs
  for (int second = 0; second < 600 && ended.size() < 4; ++second) {
    while (transport.waiting() > 0) transport.Answer(Success(large));
    Advance(seconds(1));
  }
  CHECK(ended.size() == 4);
  CHECK(term->settled());
  Add("noisy", "e", 9 * kMega);
  Advance(Duration{0});
  CHECK(transport.waiting() == 1);  // the room is free again
}

// Whom this serves: everybody, because another timer renews the Lease.
TEST_CASE_METHOD(TermWorld, "syncs that ask the server nothing leave others their turn (Q-021)") {
  controller.plan = [](const ObjectKey&, const Learned&) -> Step { return Wait{}; };
  Begin();
  for (int i = 0; i < 1000; ++i) {
    const QueueKey key{{"shop", "web-" + std::to_string(i)}};
    controller.objects[key] = *Uid::Parse(kUid);
    term->Add(key, Wake::kObjectChange);
  }
  uint64_t begun = 0;
  timers.At(clock.Now(), [&] { begun = counters.syncs; });
  Advance(Duration{0});
  CHECK(begun == kSyncsPerTurn);
  CHECK(counters.syncs == 1000);
}

TEST_CASE_METHOD(TermWorld, "a term that ends leaves no write under way (P-038)") {
  const auto under_way = [this] {
    return folds.UnderWay(resources::kDeployments, kWeb.namespace_).size();
  };
  Begin();
  Look();
  CHECK(under_way() == 1);
  term.reset();
  CHECK(under_way() == 0);
}

// Whom this serves: another workload of the same PodDisruptionBudget.
TEST_CASE_METHOD(TermWorld,
                 "a write that may still arrive is under way after a read, too (P-038, L-012)") {
  const auto under_way = [this] {
    return folds.UnderWay(resources::kDeployments, kWeb.namespace_).size();
  };
  Begin();
  Look();
  transport.Answer(TransportError(ErrorKind::kAmbiguous));
  Advance(seconds(1));
  REQUIRE(LastMethod() == HttpMethod::kGet);
  controller.plan = [](const ObjectKey&, const Learned&) -> Step { return Wait{}; };
  transport.Answer(Success());
  CHECK(under_way() == 1);
  Advance(kCallDeadline - seconds(1) - milliseconds(1));
  CHECK(under_way() == 1);
  Advance(milliseconds(1));
  CHECK(under_way() == 0);
}

}  // namespace
}  // namespace windlass::term_test
