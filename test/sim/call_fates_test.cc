// Each kind of fault that a call or a stream can meet, one at a time.
#include "test/sim/call_fates.h"

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/sim/world.h"

namespace windlass::sim::call_fates_test {
namespace {

const StoreKey kWeb{resources::kDeployments, "default", "web"};
constexpr MonotonicTime kEnd{seconds(600)};

struct Fixture {
  explicit Fixture(const std::string& kind, int64_t most = 0)
      : process(world.Boot()), fates(world.api(), {{kind, 1000, most}}, 1, {}, kEnd) {
    world.Apply(SampleDeployment("web", 1));
    process->transport().fate_of_call = [this](const HttpRequest& r) { return fates.OfCall(r); };
    process->transport().fate_of_stream = [this](const HttpRequest& r) {
      return fates.OfStream(r);
    };
  }
  // Scales to 5, and returns what the caller was told within a minute.
  std::optional<Result<HttpResponse>> Scale() {
    HttpRequest request;
    request.method = HttpMethod::kPatch;
    request.target = "/apis/apps/v1/namespaces/default/deployments/web";
    request.content_type = "application/merge-patch+json";
    request.body = R"({"spec":{"replicas":5}})";
    request.deadline = seconds(10);
    std::optional<Result<HttpResponse>> told;
    process->transport().Call(request,
                              [&](Result<HttpResponse> reply) { told = std::move(reply); });
    world.RunUntil([&] { return told.has_value(); }, seconds(60));
    return told;
  }
  int64_t Replicas() { return IntAt(*world.api().Find(kWeb), {"spec", "replicas"}); }
  void Watch() {
    HttpRequest request;
    request.target = "/apis/apps/v1/deployments?watch=1&resourceVersion=" +
                     std::to_string(world.api().store().revision());
    request.deadline = seconds(150);
    process->transport().Stream(
        request, {[this](std::string_view) { lines.push_back(world.loop().clock().Now()); },
                  [this](const StreamEnd& end) { ended = end; }});
    world.RunFor(seconds(1));
  }

  World world{1};
  std::unique_ptr<SimProcess> process;
  CallFates fates;
  std::vector<MonotonicTime> lines;
  std::optional<StreamEnd> ended;
};

struct Row {
  std::string kind;
  int status;  // 0: an error
  std::optional<ErrorKind> error;
  bool takes_effect;
};

TEST_CASE("A call meets its fate") {
  const Row row = GENERATE(values<Row>({
      {"409", 409, {}, false},
      {"429", 429, {}, false},
      {"429-bare", 429, {}, false},
      {"500", 500, {}, false},
      {"503", 503, {}, false},
      {"504", 504, {}, false},
      {"webhook", 500, {}, false},
      {"500-after", 500, {}, true},
      {"503-after", 503, {}, true},
      {"504-after", 504, {}, true},
      {"reset", 0, ErrorKind::kAmbiguous, false},
      {"reset-after", 0, ErrorKind::kAmbiguous, true},
      {"refused", 0, ErrorKind::kNotSent, false},
      {"lost", 0, ErrorKind::kAmbiguous, false},
      {"lost-answer", 0, ErrorKind::kAmbiguous, true},
  }));
  INFO(row.kind);
  Fixture fixture(row.kind);
  const auto told = fixture.Scale();
  REQUIRE(told.has_value());
  CHECK(fixture.Replicas() == (row.takes_effect ? 5 : 1));
  REQUIRE(told->ok() == (row.status != 0));
  if (told->ok()) CHECK((*told)->status == row.status);
  if (row.error) CHECK(told->error().kind == *row.error);
}

TEST_CASE("A slow request takes effect after its caller gave it up, and died") {
  Fixture fixture("slow", 60'000);
  int late = 0;
  for (int i = 0; i < 5; ++i) {
    if (!fixture.Scale()->ok()) ++late;
  }
  CHECK(late > 0);
  fixture.process.reset();
  fixture.world.RunFor(seconds(60));
  CHECK(fixture.Replicas() == 5);
}

TEST_CASE("Nothing strikes once the faults have ended") {
  Fixture fixture("500");
  fixture.world.RunFor(kEnd.since_start);
  const auto told = fixture.Scale();
  CHECK((*told)->status == 200);
}

TEST_CASE("What a request did that the network kept back, or brought twice, is known to be late") {
  const std::string kind = GENERATE("slow", "twice", "409");
  Fixture fixture(kind, 5'000);
  std::vector<bool> late;
  fixture.world.api().store().OnChange([&](const Change& change) {
    if (change.actor == "windlass") late.push_back(change.late);
  });
  fixture.Scale();
  fixture.world.Scale("web", 2);
  fixture.world.RunFor(seconds(10));  // the second arrival scales again
  const std::map<std::string, std::vector<bool>> expected = {
      {"slow", {true}}, {"twice", {false, true}}, {"409", {}}};
  CHECK(late == expected.at(kind));
}

TEST_CASE(
    "A stream that lags shows a change later; one that is dead never, until that is noticed") {
  Fixture lagging("lag", 30'000);
  lagging.Watch();
  lagging.world.Scale("web", 2);
  lagging.world.RunFor(seconds(31));
  CHECK(lagging.lines.size() >= 1);

  // By the kernel, or, behind a proxy, by the silence.
  const auto [kind, quiet, noticed] =
      GENERATE(table<std::string, int, int>({{"dead", 10, 50}, {"mute", 140, 160}}));
  Fixture dead(kind);
  dead.Watch();
  for (int i = 0; i < 20; ++i) dead.world.Annotate("web", "count", std::to_string(i));
  dead.world.RunFor(seconds(quiet));
  CHECK(dead.lines.size() < 12);
  CHECK_FALSE(dead.ended.has_value());
  dead.world.RunFor(seconds(noticed - quiet));
  REQUIRE(dead.ended.has_value());
  CHECK_FALSE(dead.ended->ok());
}

TEST_CASE("A stream breaks at a line") {
  Fixture cut("cut");
  cut.Watch();
  for (int i = 0; i < 20; ++i) cut.world.Annotate("web", "count", std::to_string(i));
  cut.world.RunFor(seconds(1));
  CHECK(cut.lines.size() < 12);
  CHECK(cut.ended.has_value());
}

TEST_CASE("A replica that lags shows an old list, or gives up") {
  const int64_t lag = GENERATE(1'000, 30'000);
  Fixture fixture("replica", lag);
  fixture.world.RunFor(seconds(60));
  const uint64_t before = fixture.world.api().store().revision();
  fixture.world.Scale("web", 9);
  HttpRequest request;
  request.target = "/apis/apps/v1/deployments?resourceVersionMatch=NotOlderThan&resourceVersion=";
  request.deadline = seconds(30);
  const auto list = [&](uint64_t revision) {
    HttpRequest one = request;
    one.target += std::to_string(revision);
    std::optional<Result<HttpResponse>> told;
    fixture.process->transport().Call(one,
                                      [&](Result<HttpResponse> reply) { told = std::move(reply); });
    fixture.world.RunUntil([&] { return told.has_value(); }, seconds(30));
    return *told;
  };
  const auto old = list(before - 1);
  REQUIRE(old.ok());
  CHECK(old->body.find("\"replicas\":9,") == std::string::npos);
  const auto fresh = list(before + 1);
  REQUIRE(fresh.ok());
  CHECK(fresh->status == (lag > 3'000 ? 504 : 200));
}

// Whether it breaks is drawn by another kind of fault, at each of twenty streams.
TEST_CASE("A connection stays with its replica until it breaks") {
  const bool breaks = GENERATE(false, true);
  World world{1};
  std::vector<PlannedFault> faults = {{"pinned", 500, 5'000}};
  if (breaks) faults.push_back({"cut", 1000, 0});
  CallFates fates(world.api(), faults, 1, {}, kEnd);
  HttpRequest watch;
  watch.target = "/apis/apps/v1/deployments?watch=1&resourceVersion=1";
  std::set<Duration> all;
  bool each_stays = true;
  for (int i = 0; i < 20; ++i) {
    const std::string client = "client-" + std::to_string(i);
    std::set<Duration> lags;
    for (int j = 0; j < 20; ++j) lags.insert(fates.OfStream(watch, client).lag);
    each_stays = each_stays && lags.size() == 1;
    all.insert(lags.begin(), lags.end());
  }
  CHECK(each_stays == !breaks);
  CHECK(all == std::set<Duration>{Duration{0}, seconds(5)});
}

TEST_CASE("The lists of a process stay with its replica until a connection is reset") {
  World world{1};
  CallFates fates(world.api(), {{"pinned", 500, 30'000}}, 1, {}, kEnd);
  HttpRequest list;
  list.target = "/apis/apps/v1/deployments?resourceVersionMatch=NotOlderThan&resourceVersion=" +
                std::to_string(world.api().store().revision() + 1);
  int refused = 0;
  for (int i = 0; i < 20; ++i) {
    const std::string client = "client-" + std::to_string(i);
    const bool first = fates.OfCall(list, client).arrives;
    for (int j = 0; j < 5; ++j) CHECK(fates.OfCall(list, client).arrives == first);
    if (!first) ++refused;
  }
  CHECK(refused > 0);
  CHECK(refused < 20);
}

}  // namespace
}  // namespace windlass::sim::call_fates_test
