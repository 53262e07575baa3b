// Which keys of Services are of Windlass, and what it leaves alone, takes over, or removes.
#include <variant>

#include "controller/rollout/reasons.h"
#include "controller/rollout/services.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/served.h"

namespace windlass::rollout::services_owned_test {
namespace {

// --- what is left alone ---

TEST_CASE("a Service that was changed is Windlass' again without its annotation (RO-183)") {
  Served f;
  f.AddBoth(9, 1, 1);
  f.WriteBoth("web-1", "web-1");
  f.next().selector.Set(kPodTemplateHashLabel, "web-9");
  CHECK(f.Play().empty());
  SECTION("the annotation is removed") { f.next().meta.annotations.Erase(kServiceOf); }
  SECTION("the key is made right") { f.next().selector.Set(kPodTemplateHashLabel, "web-2"); }
  SECTION("the key is put back") { f.next().selector.Set(kPodTemplateHashLabel, "web-1"); }
  SECTION("the annotation is no such") { f.next().meta.annotations.Set(kServiceOf, "mine"); }
  CHECK(f.Play() == "web-next=web-2");
  CHECK(f.Told() == "True Synced");
  Proves("RO-183");
}

TEST_CASE("a Service of a Rollout that is gone is taken over (RO-183)") {
  Served f;
  f.AddOld(10);
  f.WriteBoth("web-1", "web-1");
  ObjectMeta former = f.meta;
  former.uid = {0xA0, 9};
  f.web().meta.annotations.Set(kServiceOf, NoteText(former, "web-1"));
  CHECK(f.Play() == "web=web-1");
  CHECK(NoteOf(f.web())->uid == f.meta.uid);
  // If somebody changed it meanwhile, it is left alone.
  f.web().meta.annotations.Set(kServiceOf, NoteText(former, "web-7"));
  f.web().selector.Set(kPodTemplateHashLabel, "web-8");
  CHECK(f.Play().empty());
  CHECK(f.Told() == "False ServiceChanged");
  Proves("RO-183");
}

TEST_CASE("a key that somebody took away is written anew, but not at once again (RO-183)") {
  Served f;
  f.Add(1, 10, 10, 100);
  f.WriteBoth("web-1", "web-1");
  f.next().selector.Erase(kPodTemplateHashLabel);  // as a server-side apply without it does
  f.facts.canary.not_before = f.now + seconds(40);
  f.facts.canary.told_until = f.now + seconds(3000);
  CHECK(f.Play().empty());
  CHECK(std::get<Wait>(f.Before(Wait{})).look_again_in == seconds(40));
  CHECK(f.Told() == "False ServiceTakenAway");
  CHECK(f.message ==
        "Service web-next: another client removed pod-template-hash from spec.selector, or the "
        "annotation windlass.dev/service-of, twice within an hour. A server-side apply of a "
        "selector that lacks pod-template-hash can do this. Windlass writes both again, at most "
        "twice a minute. Make that client leave them alone");
  f.now = f.now + seconds(40);
  CHECK(f.Play() == "web-next=web-1");
  CHECK(f.Told() == "False ServiceTakenAway");
  CHECK(std::get<Wait>(f.Before(Wait{})).look_again_in == seconds(2960));
  f.now = f.now + seconds(2960);
  CHECK(f.Told() == "True Synced");
  Proves("RO-183");
}

// --- Services that are named no more ---

TEST_CASE("a Service that is named no more loses key and annotation (RO-186)") {
  Served f;
  const ReplicaSet& old = f.AddOld(10);
  f.WriteBoth("web-1", "web-1");
  f.Told();
  f.facts.left = {{.name = "web-next", .service = &f.next()}};
  f.facts.canary = {};
  SECTION("at the end of a sync") {
    CHECK(f.Play() == "web-next=");
    CHECK_FALSE(HashOf(f.next()));
  }
  SECTION("before its Pods go") { CHECK(f.Apply(f.Before(f.Sized(old, 0))) == "web-next="); }
  SECTION("a key that somebody else wrote stays") {
    f.next().selector.Set(kPodTemplateHashLabel, "web-9");
    CHECK(f.Play() == "web-next is left alone");
    CHECK(HashOf(f.next()) == "web-9");
  }
  CHECK_FALSE(NoteOf(f.next()));
  Proves("RO-186");
}

}  // namespace
}  // namespace windlass::rollout::services_owned_test
