// EventCorrelator: repeats, similar Events, spam and names (D-536).
#include "kubeclient/client/event_series.h"

#include <map>
#include <set>
#include <string>

#include "kubeclient/api/object_meta.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/client/fake_transport.h"

namespace windlass::event_series_test {
namespace {

const ObjectReference kWeb{"apps/v1", "Deployment", {"shop", "web"}, *Uid::Parse(kUid), {"40"}};

Event Normal(const std::string& message, const std::string& reason = "ScalingReplicaSet") {
  return {Event::Type::kNormal, reason, message};
}

// A correlator with a clock of its own, which advances one second per Event by default.
struct Observer {
  std::optional<std::string> Observe(const ObjectReference& about, const Event& event,
                                     Duration after = seconds(1)) {
    time.now = time.now + after;
    time.wall_micros += after / std::chrono::microseconds(1);
    return correlator.Observe(about, event, time);
  }
  EventSeries& Seen(const ObjectReference& about, const Event& event, Duration after = seconds(1)) {
    const auto key = Observe(about, event, after);
    REQUIRE(key);
    return *correlator.Find(*key);
  }
  EventCorrelator correlator;
  EventTime time{{seconds(1000)}, 1767225600000000};
};

TEST_CASE("The same event of another component is another Event, with limits of its own") {
  Observer observer;
  Event other = Normal("Scaled up");
  other.component = "rollout-controller";
  EventSeries& first = observer.Seen(kWeb, Normal("Scaled up"));
  CHECK(observer.Seen(kWeb, other).event.component == "rollout-controller");
  CHECK(observer.Seen(kWeb, other).count == 2);
  CHECK(first.count == 1);
  for (int i = 0; i < 100; ++i) observer.Observe(kWeb, other, Duration{0});
  CHECK_FALSE(observer.Observe(kWeb, other, Duration{0}));
  CHECK(observer.Observe(kWeb, Normal("Scaled up"), Duration{0}));
}

TEST_CASE("The same event again is counted, with its first and last time") {
  Observer observer;
  observer.Seen(kWeb, Normal("Scaled up"));
  const EventSeries series = observer.Seen(kWeb, Normal("Scaled up"), seconds(600));
  CHECK(series.count == 2);
  CHECK(series.last - series.first == seconds(600));
}

TEST_CASE("An Event that every sync finds anew is told once in the time that it names") {
  Observer observer;
  Event held{.reason = "WaitingForRoom", .message = "web stays at 3", .at_most_every = seconds(60)};
  CHECK(observer.Seen(kWeb, held).count == 1);
  held.message = "web stays at 4";
  CHECK_FALSE(observer.Observe(kWeb, held, seconds(59)));
  CHECK(observer.Observe(kWeb, Normal("Scaled up"), seconds(0)));
  CHECK(observer.Seen(kWeb, held, seconds(1)).count == 1);
  ObjectReference other = kWeb;
  other.uid = *Uid::Parse("ffffffff-1111-4222-8333-444455556666");
  CHECK(observer.Seen(other, held).count == 1);
}

TEST_CASE("Series differ by object, type, reason and message, and end after ten minutes (D-536)") {
  Observer observer;
  const std::string name = observer.Seen(kWeb, Normal("Scaled up")).name;
  ObjectReference other = kWeb;
  other.uid = *Uid::Parse("ffffffff-1111-4222-8333-444455556666");
  Event warning = Normal("Scaled up");
  warning.type = Event::Type::kWarning;
  CHECK(observer.Seen(other, Normal("Scaled up")).count == 1);
  CHECK(observer.Seen(kWeb, warning).count == 1);
  CHECK(observer.Seen(kWeb, Normal("Scaled up", "Other")).count == 1);
  CHECK(observer.Seen(kWeb, Normal("Scaled down")).count == 1);
  CHECK(observer.Seen(kWeb, Normal("Scaled up")).name == name);
  const EventSeries late = observer.Seen(kWeb, Normal("Scaled up"), seconds(601));
  CHECK(late.count == 1);
  CHECK(late.name != name);
}

TEST_CASE("A series that is under way is not replaced by a new one (D-536)") {
  Observer observer;
  EventSeries& series = observer.Seen(kWeb, Normal("Scaled up"));
  series.in_flight = true;
  CHECK(observer.Seen(kWeb, Normal("Scaled up"), seconds(601)).count == 2);
}

TEST_CASE("A series whose object at the server is unknown is begun anew") {
  Observer observer;
  EventSeries& series = observer.Seen(kWeb, Normal("Scaled up"));
  const std::string name = series.name;
  series.lost = true;
  const EventSeries& fresh = observer.Seen(kWeb, Normal("Scaled up"));
  CHECK(fresh.count == 1);
  CHECK(fresh.name != name);
}

TEST_CASE("From the tenth similar event on they are combined into one (D-536)") {
  Observer observer;
  for (int i = 1; i <= 9; ++i) {
    CHECK(observer.Seen(kWeb, Normal("message " + std::to_string(i))).event.message ==
          "message " + std::to_string(i));
  }
  std::string name;
  for (int i = 10; i <= 14; ++i) {
    const EventSeries series = observer.Seen(kWeb, Normal("message " + std::to_string(i)));
    CHECK(series.event.message == "(combined from similar events): message " + std::to_string(i));
    CHECK(series.count == i - 9);
    CHECK((name.empty() || name == series.name));
    name = series.name;
  }
  SECTION("other reasons are not similar") {
    CHECK(observer.Seen(kWeb, Normal("message 15", "Other")).event.message == "message 15");
  }
  SECTION("ten quiet minutes end the similarity") {
    CHECK(observer.Seen(kWeb, Normal("message 15"), seconds(601)).event.message == "message 15");
  }
  Proves("D-536");
}

TEST_CASE("A repeated message is not a new similar one") {
  Observer observer;
  for (int i = 0; i < 20; ++i) {
    CHECK(observer.Seen(kWeb, Normal("the same")).event.message == "the same");
  }
}

TEST_CASE("An object has 25 events in a burst, then one per five minutes; Warnings apart (D-536)") {
  Observer observer;
  const auto burst = [&](const Event& event) {
    int passed = 0;
    for (int i = 0; i < 100; ++i) passed += observer.Observe(kWeb, event, Duration{0}) ? 1 : 0;
    return passed;
  };
  CHECK(burst(Normal("Scaled up")) == 25);
  Event warning = Normal("Failed");
  warning.type = Event::Type::kWarning;
  CHECK(burst(warning) == 25);
  CHECK_FALSE(observer.Observe(kWeb, Normal("Scaled up"), seconds(299)));
  SECTION("what was held back is counted into the next that passes") {
    CHECK(observer.Seen(kWeb, Normal("Scaled up"), seconds(1)).count == 102);
  }
}

TEST_CASE("Names are unique although the wall clock stands still or goes back") {
  Observer observer;
  std::set<std::string> names;
  for (int i = 0; i < 20; ++i) {
    observer.time.wall_micros -= i % 2;
    names.insert(observer.Seen(kWeb, Normal("m", "Reason" + std::to_string(i)), Duration{0}).name);
  }
  CHECK(names.size() == 20);
}

TEST_CASE("The memory of events is bounded") {
  Observer observer;
  const auto first = observer.Observe(kWeb, Normal("first"));
  for (size_t i = 0; i < kEventCacheMax; ++i) {
    ObjectReference about = kWeb;
    about.key.name = "web-" + std::to_string(i);
    observer.Observe(about, Normal("Scaled up"), Duration{0});
  }
  CHECK(observer.correlator.Find(*first) == nullptr);
}

TEST_CASE("A map that is full forgets what was used longest ago") {
  LruMap<int> map(2);
  map.Put("a", 1);
  map.Put("b", 2);
  REQUIRE(map.Find("a") != nullptr);
  map.Put("c", 3);
  CHECK(map.Find("b") == nullptr);
  CHECK(*map.Find("a") == 1);
  CHECK(*map.Find("c") == 3);
  map.Put("a", 4);
  CHECK(*map.Find("a") == 4);
  CHECK(map.size() == 2);
}

TEST_CASE("Event names are valid object names (D-536)") {
  struct Row {
    std::string object;
    std::string want;
  };
  const Row row = GENERATE(values<Row>({
      {"web", "web.17c8d1b7d0b4a000"},
      {std::string(236, 'a'), std::string(236, 'a') + ".17c8d1b7d0b4a000"},
      {std::string(253, 'a'), std::string(236, 'a') + ".17c8d1b7d0b4a000"},
      {std::string(235, 'a') + ".b", std::string(235, 'a') + ".17c8d1b7d0b4a000"},
      {std::string(234, 'a') + "-.bc", std::string(234, 'a') + ".17c8d1b7d0b4a000"},
  }));
  const std::string name = EventName(row.object, 0x17c8d1b7d0b4a000);
  CHECK(name == row.want);
  CHECK(name.size() <= kNameBytesMax);
  Proves("D-536");
}

}  // namespace
}  // namespace windlass::event_series_test
