// What a Rollout gets to know of the Services that it names, and which changes wake it.
#include "controller/rollout/service_watch.h"

#include <set>
#include <string>
#include <utility>

#include "kubeclient/api/decode.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/open_requests.h"
#include "test/support/recording_host.h"
#include "test/unit/cache/informer_parts.h"
#include "test/unit/cache/wire.h"

namespace windlass::rollout::service_watch_test {
namespace {

const std::string kPath = "/services?";
const std::string kUid = "5a1f0c52-93e4-4f6e-8a01-7b1d2f0e6c1";  // and a digit

std::string Note(const std::string& name, int digit, const std::string& hash) {
  return name + "/" + kUid + std::to_string(digit) + "/" + hash;
}

struct Fixture : InformerParts<OpenRequests> {
  Fixture() {
    host.on_wake = [this](const ObjectKey& key, Wake) { woken.insert(key.name); };
    rollouts.OnChange([this](const Change<Rollout>& change) { watch.RolloutChanged(change); });
    watch.Start();
  }
  ~Fixture() { watch.Stop(); }

  // Stores ns/NAME, whose uid ends in `digit`.
  void Rollout_(const std::string& name, int digit, const std::string& services,
                const std::string& conditions = "[]") {
    const Result<Rollout> decoded = DecodeRollout(
        decoder, R"({"metadata":{"name":")" + name + R"(","namespace":"ns","uid":")" + kUid +
                     std::to_string(digit) + R"(","resourceVersion":")" +
                     std::to_string(++version) + R"("},"spec":{"strategy":{"services":)" +
                     services + R"(}},"status":{"conditions":)" + conditions + "}}");
    REQUIRE(decoded.ok());
    rollouts.Apply(*decoded);
  }
  void RolloutGone(const std::string& name, int digit) {
    rollouts.ApplyDelete({"ns", name}, *Uid::Parse(kUid + std::to_string(digit)),
                         {std::to_string(++version)});
  }
  // Returns the next version of the Service ns/NAME. `note` is its annotation, `hash` its key; "":
  // none.
  std::string Version(const std::string& name, const std::string& note = "",
                      const std::string& hash = "") {
    const std::string annotations =
        note.empty() ? "{}" : R"({"windlass.dev/service-of":")" + note + R"("})";
    const std::string key = hash.empty() ? "" : R"(,"pod-template-hash":")" + hash + R"(")";
    return R"({"kind":"Service","apiVersion":"v1","metadata":{"name":")" + name +
           R"(","namespace":"ns","uid":"9e0f0d5e-7b6d-4a0e-b1f8-)" +
           R"(7d6c6e7b9a01","resourceVersion":")" + std::to_string(++version) +
           R"(","annotations":)" + annotations + R"(},"spec":{"selector":{"app":"web")" + key +
           R"(},"more":")" + more + R"("}})";
  }
  // Sends an event about it.
  void Event(const std::string& type, const std::string& name, const std::string& note = "",
             const std::string& hash = "") {
    woken.clear();
    transport.Line(kPath, wire::Event(type, Version(name, note, hash)));
  }
  void Listed() { transport.Line(kPath, wire::InitialEventsEnd(std::to_string(++version))); }
  ServiceFacts Of(const std::string& name) const { return watch.FactsOf({"ns", name}); }
  // Returns a write to the canary's Service of Rollout web.
  Write ToCanary(const std::string& body = "{}") const {
    const ObjectMeta& service = Of("web").canary.service->meta;
    Request request = Request::MergePatch(resources::kServices, VersionOf(service), "", body);
    auto check = CheckKept(KeyOf(service), PatchIn(request));
    return {.request = std::move(request),
            .because = {},
            .go_on_if_refused = true,
            .check = std::move(check)};
  }
  // Has Rollout web write annotation and key of its canary's Service, "a"; `reply` is the answer.
  void WriteKey(std::string reply) {
    const Write write =
        ToCanary(R"({"metadata":{"annotations":{"windlass.dev/service-of":")" +
                 Note("web", 1, "a") + R"("}},"spec":{"selector":{"pod-template-hash":"a"}}})");
    watch.Plan({"ns", "web"}, Step(write));
    watch.Learn({"ns", "web"}, {OutcomeOf(write, Reply{std::move(reply)})}, time.Wall());
  }

  int version = 100;
  std::string more{};                  // makes a Service longer
  CacheBudget budget{symbols, 60000};  // no room for an object of more than 15,000 bytes
  RecordingHost host{
      {time, random, log, time.timers(), transport, decoder, /*list_gate=*/nullptr, &budget}, "ns"};
  Store<Rollout> rollouts;
  ServiceWatch watch{host, rollouts};
  std::set<std::string> woken;
};

const std::string kBoth = R"({"stable":"web","canary":"next"})";
const std::string kTold =
    R"([{"type":"ServicesSynced","status":"True","reason":"Synced","message":""}])";

TEST_CASE_METHOD(Fixture, "Services are watched once a Rollout names one (RO-187)") {
  Rollout_("web", 1, "{}");
  CHECK_FALSE(watch.running());
  CHECK(watch.RightsNeeded().empty());
  CHECK(watch.Note().empty());
  CHECK_FALSE(Of("web").wanted);
  CHECK_FALSE(Of("other").wanted);
  SECTION("by its spec") { Rollout_("web", 1, R"({"canary":"next"})"); }
  SECTION("its status tells that it did") { Rollout_("web", 1, "{}", kTold); }
  CHECK(watch.running());
  CHECK(Of("web").wanted);
  CHECK(Of("web").known == ServicesKnown::kLoading);
  std::set<std::string> verbs;
  for (const NeededRight& needed : watch.RightsNeeded()) {
    verbs.insert(needed.right.verb);
    CHECK(needed.optional);
    CHECK(needed.manifest == "deploy/rollout-services/rbac-rollout-services.yaml");
  }
  CHECK(verbs == std::set<std::string>{"get", "list", "patch", "watch"});
  woken.clear();
  Listed();
  CHECK(woken == std::set<std::string>{"web"});
  CHECK(Of("web").known == ServicesKnown::kYes);
  CHECK(watch.Note().empty());
  Proves("RO-187");
}

TEST_CASE_METHOD(Fixture, "Services that are not to be had are told from those that do not exist") {
  Rollout_("web", 1, kBoth);
  SECTION("no right") {
    transport.End(kPath, 403);
    CHECK(Of("web").known == ServicesKnown::kForbidden);
    CHECK(woken.contains("web"));
    CHECK_FALSE(watch.Note().empty());
  }
  SECTION("no answer") {
    time.Advance(seconds(9));
    CHECK(Of("web").known == ServicesKnown::kLoading);
    time.Advance(seconds(22));
    CHECK(Of("web").known == ServicesKnown::kFailed);
    CHECK_FALSE(Of("web").trouble.empty());
  }
  SECTION("the strategy is refused because of them") {
    Rollout_("web", 1, R"({"stable":"web","canary":"web"})");
    CHECK(Of("web").known == ServicesKnown::kIgnored);
  }
  CHECK(Of("web").stable.service == nullptr);
  Proves("RO-185");
}

TEST_CASE_METHOD(Fixture, "a change of a Service wakes the Rollouts that name it (RO-187)") {
  Rollout_("web", 1, kBoth);
  Rollout_("shop", 2, R"({"canary":"next"})");
  Rollout_("plain", 3, "{}");
  Listed();
  Event("ADDED", "next");
  CHECK(woken == std::set<std::string>{"shop", "web"});
  CHECK(Of("web").canary.service->meta.name == "next");
  CHECK(Of("web").stable.service == nullptr);
  Event("ADDED", "web");
  CHECK(woken == std::set<std::string>{"web"});
  Event("ADDED", "another");
  CHECK(woken.empty());
  Event("MODIFIED", "another", Note("web", 1, "a"), "a");
  CHECK(woken == std::set<std::string>{"web"});
  REQUIRE(Of("web").left.size() == 1);
  CHECK(Of("web").left[0].service->meta.name == "another");
  Event("MODIFIED", "another");
  CHECK(woken == std::set<std::string>{"web"});
  CHECK(Of("web").left.empty());
  Event("MODIFIED", "another", Note("web", 1, "a"), "a");
  Event("DELETED", "another", Note("web", 1, "a"), "a");
  CHECK(Of("web").left.empty());
  Event("ADDED", "next");
  Rollout_("web", 1, R"({"stable":"web","canary":"another"})");
  Event("MODIFIED", "next");
  CHECK(woken == std::set<std::string>{"shop"});
  RolloutGone("shop", 2);
  Event("MODIFIED", "next");
  CHECK(woken.empty());
  Event("ADDED", "another");
  CHECK(woken == std::set<std::string>{"web"});
  Proves("RO-187");
}

TEST_CASE_METHOD(Fixture, "a Service that cannot be read wakes its Rollouts alone (R-031 RO-187)") {
  Rollout_("web", 1, kBoth);
  Rollout_("shop", 2, R"({"canary":"other"})");
  Listed();
  const bool is_known = GENERATE(true, false);
  if (is_known) Event("ADDED", "next");
  std::string poison = Version("next");
  const std::string selector = R"({"app":"web"})";
  poison.replace(poison.find(selector), selector.size(), "7");
  woken.clear();
  transport.Line(kPath, wire::Event(is_known ? "MODIFIED" : "ADDED", poison));
  CHECK(woken == std::set<std::string>{"web"});
  REQUIRE(Of("web").canary.unreadable != nullptr);
  CHECK(Of("web").canary.unreadable->why.starts_with("spec.selector"));
  CHECK((Of("web").canary.service != nullptr) == is_known);
  CHECK(Of("web").stable.unreadable == nullptr);
  CHECK(Of("shop").canary.unreadable == nullptr);
  SECTION("it can be read again") { Event("MODIFIED", "next"); }
  SECTION("it is gone") { Event("DELETED", "next"); }
  CHECK(woken == std::set<std::string>{"web"});
  CHECK(Of("web").canary.unreadable == nullptr);
  Proves("R-031 RO-187");
}

TEST_CASE_METHOD(Fixture, "a Service that is named no more and cannot be read wakes its Rollout") {
  Rollout_("web", 1, kBoth);
  Listed();
  Event("ADDED", "another", Note("web", 1, "a"), "a");
  std::string poison = Version("another", Note("web", 1, "a"));
  const std::string selector = R"({"app":"web"})";
  poison.replace(poison.find(selector), selector.size(), "7");
  woken.clear();
  transport.Line(kPath, wire::Event("MODIFIED", poison));
  CHECK(woken == std::set<std::string>{"web"});
  REQUIRE(Of("web").left.size() == 1);
  CHECK(Of("web").left[0].unreadable != nullptr);
  Proves("R-031 RO-187");
}

TEST_CASE_METHOD(Fixture, "a Service is another Rollout's while that one names it (RO-183)") {
  Rollout_("web", 1, kBoth);
  Rollout_("shop", 2, R"({"canary":"next"})");
  Listed();
  Event("ADDED", "next", Note("web", 1, "a"), "a");
  CHECK(Of("web").canary.other_rollout.empty());
  CHECK(Of("shop").canary.other_rollout == "web");
  woken.clear();
  SECTION("it names it no more") { Rollout_("web", 1, R"({"stable":"web"})", kTold); }
  SECTION("it is gone") { RolloutGone("web", 1); }
  SECTION("it was made anew") {
    RolloutGone("web", 1);
    Rollout_("web", 4, kBoth);
  }
  CHECK(woken.contains("shop"));
  CHECK(Of("shop").canary.other_rollout.empty());
  Proves("RO-183 RO-187");
}

TEST_CASE_METHOD(Fixture,
                 "a key that is taken away twice at once is not written at once (RO-183)") {
  Rollout_("web", 1, kBoth);
  Listed();
  const std::string note = Note("web", 1, "a");
  Event("ADDED", "next", note, "a");
  Event("MODIFIED", "next", note);  // by a server-side apply
  CHECK_FALSE(Of("web").canary.not_before);
  CHECK_FALSE(Of("web").canary.told_until);
  const int apart = GENERATE(10, 600, 4000);
  time.Advance(seconds(apart));
  Event("MODIFIED", "next", note, "a");
  const WallTime now = time.Wall();
  SECTION("with its annotation") { Event("MODIFIED", "next"); }
  SECTION("the key alone") { Event("MODIFIED", "next", note); }
  const NamedService& canary = Of("web").canary;
  CHECK(canary.not_before.has_value() == (apart < 30));
  CHECK(canary.told_until.has_value() == (apart < 3600));
  if (apart < 30) CHECK(canary.not_before == now + seconds(60));
  Event("DELETED", "next");
  Event("ADDED", "next");
  CHECK_FALSE(Of("web").canary.told_until);
  Proves("RO-183");
}

TEST_CASE_METHOD(Fixture,
                 "a write to a Service that ends its sync is not repeated at once (RO-185)") {
  Rollout_("web", 1, kBoth);
  Listed();
  Event("ADDED", "next");
  const ObjectKey web{"ns", "web"};
  const Write write = ToCanary();
  const WallTime now = time.Wall();
  watch.Plan(web, Step(write));
  SECTION("the sync goes on after the write") {
    watch.Learn(web, {OutcomeOf(write, Reply{"{}"})}, now);
    CHECK_FALSE(Of("web").canary.failed_until);
  }
  SECTION("another step is no write to a Service") {
    watch.ForgetPlans();
    watch.Plan(web, Step(Wait{}));
    watch.Learn(web, {}, now);
    CHECK_FALSE(Of("web").canary.failed_until);
  }
  SECTION("it was not sent, because the caches are too old for it") {
    watch.Learn(web, {}, now);
    CHECK_FALSE(Of("web").canary.failed_until);
    watch.BeforeWrite(web, write.request);
    watch.Learn(web, {}, now);
    CHECK_FALSE(Of("web").canary.failed_until);
  }
  SECTION("another write was sent") {
    watch.BeforeWrite(web, ToCanary(R"({"spec":{}})").request);
    watch.Learn(web, {}, now);
    CHECK_FALSE(Of("web").canary.failed_until);
  }
  SECTION("it learned nothing of the write") {
    watch.BeforeWrite(web, write.request);
    watch.Learn(web, {}, now);
    CHECK(Of("web").canary.failed_until == now + seconds(30));
    watch.Learn(web, {}, now + seconds(9));
    CHECK(Of("web").canary.failed_until == now + seconds(30));
    watch.Plan(web, Step(write));
    watch.Learn(web, {OutcomeOf(write, Reply{"{}"})}, now + seconds(31));
    CHECK_FALSE(Of("web").canary.failed_until);
  }
  Proves("RO-185");
}

TEST_CASE_METHOD(Fixture,
                 "a write that is accepted and not kept is repeated a minute later (RO-185)") {
  Rollout_("web", 1, kBoth);
  Listed();
  Event("ADDED", "next");
  const std::string note = Note("web", 1, "a");
  // A sync drops a reply of this length once it is checked (R-067).
  more = GENERATE(std::string(), std::string(20000, 'x'));
  const WallTime now = time.Wall();
  // A webhook drops the key, the annotation or both.
  const auto [keeps_note, keeps_key] =
      GENERATE(std::pair(true, false), std::pair(false, true), std::pair(false, false));
  WriteKey(Version("next", keeps_note ? note : "", keeps_key ? "a" : ""));
  CHECK(Of("web").canary.not_before == now + seconds(60));
  time.Advance(seconds(10));
  Event("MODIFIED", "next");  // the write, or whatever else
  CHECK(Of("web").canary.not_before == now + seconds(60));
  time.Advance(seconds(50));
  SECTION("nor is it kept then") {
    WriteKey(Version("next", note));
    CHECK(Of("web").canary.not_before == now + seconds(120));
  }
  SECTION("it is kept then") {
    WriteKey(Version("next", note, "a"));
    CHECK_FALSE(Of("web").canary.not_before);
  }
  SECTION("the Service was made anew") {
    Event("DELETED", "next");
    Event("ADDED", "next");
    CHECK_FALSE(Of("web").canary.not_before);
  }
  Proves("RO-185");
}

TEST_CASE_METHOD(Fixture, "a write that the store does not show yet was kept (RO-185)") {
  Rollout_("web", 1, kBoth);
  Listed();
  Event("ADDED", "next");
  const std::string note = Note("web", 1, "a");
  SECTION("its reply shows it") { WriteKey(Version("next", note, "a")); }
  SECTION("a newer version shows it, and its reply did not") {
    const std::string reply = Version("next", note);
    Event("MODIFIED", "next", note, "a");
    WriteKey(reply);
  }
  SECTION("a version that shows it comes later") {
    WriteKey(Version("next", note));
    Event("MODIFIED", "next", note, "a");
  }
  SECTION("its reply cannot be read") { WriteKey("{}"); }
  SECTION("somebody took the key away since") {
    const std::string reply = Version("next", note, "a");
    Event("MODIFIED", "next", note);
    WriteKey(reply);
  }
  CHECK_FALSE(Of("web").canary.not_before);
  Proves("RO-183 RO-185");
}

TEST_CASE_METHOD(Fixture,
                 "a clock that is set back puts no write to a Service off (RO-183 RO-185)") {
  Rollout_("web", 1, kBoth);
  Listed();
  Event("ADDED", "next");
  const std::string note = Note("web", 1, "a");
  const Duration back = GENERATE(seconds(3600), seconds(90));
  SECTION("it was taken away twice at once") {
    for (int i = 0; i < 2; ++i) {
      Event("MODIFIED", "next", note, "a");
      Event("MODIFIED", "next", note);
    }
    CHECK(Of("web").canary.not_before);
    CHECK(Of("web").canary.told_until);
  }
  SECTION("it was not kept") {
    WriteKey(Version("next", note));
    CHECK(Of("web").canary.not_before);
  }
  SECTION("the API server was in trouble") {
    watch.Plan({"ns", "web"}, Step(ToCanary()));
    watch.BeforeWrite({"ns", "web"}, ToCanary().request);
    watch.Learn({"ns", "web"}, {}, time.Wall());
    CHECK(Of("web").canary.failed_until);
  }
  time.SetWall(-back);
  CHECK_FALSE(Of("web").canary.not_before);
  CHECK_FALSE(Of("web").canary.failed_until);
  CHECK_FALSE(Of("web").canary.told_until);
  Proves("RO-183 RO-185");
}

TEST_CASE_METHOD(Fixture, "the words of a refusal stay until a write is accepted (RO-184)") {
  Rollout_("web", 1, kBoth);
  Listed();
  Event("ADDED", "next");
  const Write write = ToCanary();
  const auto learn = [&](Result<Reply> said) {
    watch.Plan({"ns", "web"}, Step(write));
    watch.Learn({"ns", "web"}, {OutcomeOf(write, std::move(said))}, time.Wall());
  };
  const auto words = [&] {
    const FirstRefusal* first = Of("web").canary.first_refusal;
    return first == nullptr ? "" : first->words;
  };
  CHECK(words().empty());
  learn(Error{ErrorKind::kWebhook, "denied, request 1"});
  CHECK(words() == "denied, request 1");
  learn(Error{ErrorKind::kWebhook, "denied, request 2"});
  learn(Error{ErrorKind::kConflict, "changed"});
  learn(Error{ErrorKind::kWebhook, "denied, request 3"});
  CHECK(words() == "denied, request 1");
  SECTION("another kind") {
    learn(Error{ErrorKind::kForbidden, "no right"});
    CHECK(words() == "no right");
  }
  SECTION("accepted") {
    learn(Reply{"{}"});
    CHECK(words().empty());
  }
  SECTION("the Service was made anew") {
    Event("DELETED", "next");
    Event("ADDED", "next");
    CHECK(words().empty());
  }
  Proves("RO-184");
}

TEST_CASE_METHOD(Fixture,
                 "lost races for a Service are counted until a write to it ends otherwise") {
  Rollout_("web", 1, kBoth);
  Listed();
  Event("ADDED", "next");
  const ObjectKey web{"ns", "web"};
  const Write write = ToCanary();
  const Learned lost{OutcomeOf(write, Error{ErrorKind::kConflict, "changed"})};
  for (int i = 1; i <= 4; ++i) {
    watch.Plan(web, Step(write));
    watch.Learn(web, lost, time.Wall());
    watch.Learn(web, lost, time.Wall());  // the next step of the same sync
    CHECK(Of("web").canary.conflicts == i);
  }
  CHECK_FALSE(Of("web").canary.failed_until);
  SECTION("kept") {
    watch.Plan(web, Step(write));
    watch.Learn(web, {OutcomeOf(write, Reply{"{}"})}, time.Wall());
  }
  SECTION("refused") {
    watch.Plan(web, Step(write));
    watch.Learn(web, {OutcomeOf(write, Error{ErrorKind::kForbidden, "no"})}, time.Wall());
  }
  SECTION("the Service was made anew") {
    Event("DELETED", "next");
    Event("ADDED", "next");
  }
  CHECK(Of("web").canary.conflicts == 0);
  Proves("RO-182");
}

TEST_CASE_METHOD(Fixture, "nothing is kept of a Service that is deleted during a write to it") {
  Rollout_("web", 1, kBoth);
  Listed();
  Event("ADDED", "next");
  const Write write = ToCanary(R"({"metadata":{"annotations":{"windlass.dev/service-of":"n"}}})");
  watch.Plan({"ns", "web"}, Step(write));
  watch.BeforeWrite({"ns", "web"}, write.request);
  const std::string reply = Version("next");
  Event("DELETED", "next");
  Learned learned;
  SECTION("no answer") {}
  SECTION("refused") { learned.push_back(OutcomeOf(write, Error{ErrorKind::kWebhook, "no"})); }
  SECTION("in conflict") { learned.push_back(OutcomeOf(write, Error{ErrorKind::kConflict, "no"})); }
  SECTION("not kept") { learned.push_back(OutcomeOf(write, Reply{reply})); }
  watch.Learn({"ns", "web"}, learned, time.Wall());
  Event("ADDED", "next");
  const NamedService canary = Of("web").canary;
  CHECK_FALSE(canary.failed_until);
  CHECK(canary.first_refusal == nullptr);
  CHECK(canary.conflicts == 0);
  CHECK(canary.not_kept == nullptr);
  Proves("RO-185");
}

TEST_CASE_METHOD(Fixture,
                 "a Service is released whose Rollout had no time to tell of it (RO-186)") {
  Rollout_("web", 1, kBoth);
  Listed();
  Event("ADDED", "next");
  SECTION("the write to it shows after the edit that removes services") {
    Rollout_("web", 1, "{}");
    CHECK_FALSE(Of("web").wanted);
    Event("MODIFIED", "next", Note("web", 1, "a"), "a");
    CHECK(woken == std::set<std::string>{"web"});
  }
  SECTION("and before it") {
    Event("MODIFIED", "next", Note("web", 1, "a"), "a");
    Rollout_("web", 1, "{}");
  }
  CHECK(Of("web").wanted);
  REQUIRE(Of("web").left.size() == 1);
  CHECK(Of("web").left[0].service->meta.name == "next");
  Event("MODIFIED", "next");
  CHECK(woken == std::set<std::string>{"web"});
  CHECK_FALSE(Of("web").wanted);
  Event("MODIFIED", "next");
  CHECK(woken.empty());
  Proves("RO-186");
}

TEST_CASE_METHOD(Fixture, "to remove the annotation of a Service that was changed is no loss") {
  Rollout_("web", 1, kBoth);
  Listed();
  for (int i = 0; i < 2; ++i) {
    Event(i == 0 ? "ADDED" : "MODIFIED", "next", Note("web", 1, "a"), "a");
    Event("MODIFIED", "next", Note("web", 1, "a"), "mine");
    Event("MODIFIED", "next", "", "mine");
  }
  CHECK_FALSE(Of("web").canary.told_until);
  // Nor is what Windlass takes out of a Service that is named no more.
  for (int i = 0; i < 2; ++i) {
    Rollout_("web", 1, kBoth);
    Event("MODIFIED", "next", Note("web", 1, "a"), "a");
    Rollout_("web", 1, "{}", kTold);
    Event("MODIFIED", "next");
  }
  Rollout_("web", 1, kBoth);
  CHECK_FALSE(Of("web").canary.told_until);
  Proves("RO-183");
}

TEST_CASE_METHOD(Fixture, "nobody took a key away that there is no room for (R-065)") {
  Rollout_("web", 1, kBoth);
  Listed();
  std::string pairs;
  for (int i = 0; i < 200; ++i) pairs += R"("key-)" + std::to_string(i) + R"(":"",)";
  for (int i = 0; i < 2; ++i) {
    Event(i == 0 ? "ADDED" : "MODIFIED", "next", Note("web", 1, "a"), "a");
    CHECK_FALSE(Of("web").canary.service->meta.cut());
    std::string large = Version("next", Note("web", 1, "a"), "a");
    large.insert(large.find(R"("app")"), pairs);
    transport.Line(kPath, wire::Event("MODIFIED", large));
    REQUIRE(Of("web").canary.service->meta.cut());
    CHECK(Of("web").canary.service->selector.empty());
  }
  CHECK_FALSE(Of("web").canary.told_until);
  Proves("R-065");
}

}  // namespace
}  // namespace windlass::rollout::service_watch_test
