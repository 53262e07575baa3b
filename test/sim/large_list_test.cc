// Lists that do not fit into one answer, from an API server without watch lists. A cache reads them
// in pages, even if the server compacts its history meanwhile.
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "kubeclient/api/replica_set.h"
#include "kubeclient/cache/informer.h"
#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/sim/sim_process.h"

namespace windlass::sim::large_list_test {
namespace {

// More than one page, so that a page is smaller than the whole list.
constexpr size_t kObjects = 600;

// Notes the targets of lists. Makes the server refuse watch lists: without resourceVersionMatch the
// request is invalid, as on a server that does not know watch lists.
class WithoutWatchLists final : public Transport {
 public:
  explicit WithoutWatchLists(Transport& inner) : inner_(inner) {}

  CallId Call(HttpRequest request, ReplyHandler reply) override {
    lists.push_back(request.target);
    if (on_list) on_list();
    return inner_.Call(std::move(request), std::move(reply));
  }
  CallId Stream(HttpRequest request, StreamHandler handler) override {
    const std::string match = "&resourceVersionMatch=NotOlderThan";
    if (const size_t at = request.target.find(match); at != std::string::npos) {
      request.target.erase(at, match.size());
    }
    return inner_.Stream(std::move(request), std::move(handler));
  }
  void Cancel(CallId id) override { inner_.Cancel(id); }

  std::vector<std::string> lists;  // targets
  std::function<void()> on_list;

 private:
  Transport& inner_;
};

// Creates the objects. Allows answers of nine tenths of the size of the whole list.
SimTransportOptions Fill(ApiServer& server) {
  server.Create("setup", resources::kNamespaces, "", SampleNamespace("default"));
  for (size_t i = 0; i < kObjects; ++i) {
    server.Create("setup", resources::kReplicaSets, "default",
                  SampleReplicaSet("web-" + std::to_string(i)));
  }
  HttpRequest all;
  all.target = "/apis/apps/v1/replicasets";
  SimTransportOptions network;
  network.body_bytes_max = server.Handle(all, "setup").body.size() * 9 / 10;
  return network;
}

struct Fixture {
  InformerEnvironment Environment() {
    const InformerEnvironment own = process.environment();
    return {own.clock, own.random, own.log, own.timers, network, own.decoder};
  }
  void Sync() {
    informer.Start();
    REQUIRE(loop.RunUntil([&] { return informer.HasSynced(); }, seconds(60)));
    REQUIRE(informer.store().size() == kObjects);
    network.lists.clear();
  }
  // The watch ends, and the server has compacted the revision at which it would resume. One object
  // is new.
  void LosePlace(const std::string& object) {
    server.EndWatches();
    server.Create("user", resources::kReplicaSets, "default", SampleReplicaSet(object));
    server.store().CompactAll();
  }
  // Returns true if the cache shows this number of objects within five minutes.
  bool Shows(size_t objects) {
    return loop.RunUntil([&] { return informer.store().size() == objects; }, seconds(300));
  }
  size_t ListsWithoutLimit() const {
    size_t count = 0;
    for (const std::string& list : network.lists) {
      if (list.find("limit=") == std::string::npos) ++count;
    }
    return count;
  }

  SimLoop loop{1};
  ApiServer server{loop};
  SimProcess process{server, 7, Fill(server)};
  WithoutWatchLists network{process.transport()};
  Informer<ReplicaSet> informer{
      Environment(), ReflectorOptions{resources::kReplicaSets, "", "", false}, &DecodeReplicaSet};
};

TEST_CASE_METHOD(Fixture, "a list above the limit of an answer is read, by every relist") {
  Sync();
  LosePlace("new-1");
  CHECK(Shows(kObjects + 1));
  CHECK(ListsWithoutLimit() == 1);
  CHECK(network.lists.size() == 3);
  CHECK(informer.HasSynced());
  CHECK(informer.reflector().trouble().empty());

  LosePlace("new-2");
  CHECK(Shows(kObjects + 2));
  CHECK(ListsWithoutLimit() == 1);
  CHECK(network.lists.size() == 5);
}

TEST_CASE_METHOD(Fixture, "pages that expire while they are read are read again (R-004)") {
  Sync();
  LosePlace("new");
  // Five times, an object is created between two pages and the server compacts its history.
  int expired = 0;
  network.on_list = [&] {
    if (network.lists.back().find("continue=") == std::string::npos || expired == 5) return;
    server.Create("user", resources::kReplicaSets, "default",
                  SampleReplicaSet("late-" + std::to_string(++expired)));
    server.store().CompactAll();
  };
  CHECK(Shows(kObjects + 1 + 5));
  CHECK(expired == 5);
  CHECK(ListsWithoutLimit() == 1);
}

}  // namespace
}  // namespace windlass::sim::large_list_test
