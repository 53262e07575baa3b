// A resource as a controller reads it: shared with others, with the replies to its writes.
#include "controller/runtime/watched_resource.h"

#include <string>

#include "kubeclient/api/config_map.h"
#include "test/catch.h"
#include "test/support/recording_host.h"
#include "test/unit/cache/informer_parts.h"

namespace windlass::watched_resource_test {
namespace {

struct Fixture : InformerParts<> {
  size_t running() { return host.informers().Snapshots().size(); }
  FoldTable& folds() { return host.informers().folds(); }

  const ObjectKey key{"ns", "a"};
  const Request request = Request::Get(resources::kConfigMaps, key);
  const Reply reply{R"({"metadata":{"name":"a","namespace":"ns","resourceVersion":"7"},)"
                    R"("data":{"value":"blue"}})"};
  RecordingHost host{environment, "ns"};
  WatchedResource<ConfigMap> one{host, resources::kConfigMaps, &DecodeConfigMap};
};

TEST_CASE_METHOD(Fixture, "controllers that read one resource share its informer") {
  WatchedResource<ConfigMap> other(host, resources::kConfigMaps, &DecodeConfigMap);
  CHECK(&one.store() == &other.store());
  other.Stop();  // it was not started
  one.Start();
  other.Start();
  CHECK(running() == 1);
  one.Stop();
  CHECK(running() == 1);
  other.Stop();
  CHECK(running() == 0);
}

TEST_CASE_METHOD(Fixture, "the reply to a write is in the store, without the watch") {
  one.Start();
  REQUIRE(folds().Written(QueueKey{key}, request, reply).ok());
  REQUIRE(one.store().Find(key) != nullptr);
  CHECK(one.store().Find(key)->data.at("value") == "blue");
  CHECK_FALSE(folds().Written(QueueKey{key}, request, {"no json"}).ok());
}

TEST_CASE_METHOD(Fixture, "a reply is folded once, however many controllers read its resource") {
  WatchedResource<ConfigMap> other(host, resources::kConfigMaps, &DecodeConfigMap);
  one.Start();
  other.Start();
  int changes = 0;
  one.store().OnChange([&](const Change<ConfigMap>&) { ++changes; });
  REQUIRE(folds().Written(QueueKey{key}, request, reply).ok());
  CHECK(changes == 1);
  CHECK(one.store().duplicates() == 0);
}

TEST_CASE_METHOD(Fixture, "a reply is dropped while nothing keeps the store up to date (S-015)") {
  REQUIRE(folds().Written(QueueKey{key}, request, reply).ok());
  CHECK(one.store().size() == 0);
}

TEST_CASE_METHOD(Fixture, "a cache that is not complete says so, and is compared as its resource") {
  CHECK_FALSE(one.HasSynced());
  CHECK(one.Trouble() == "configmaps: the first list is not complete yet");
  CHECK(one.Compared().options.resource == resources::kConfigMaps);
  CHECK(one.Compared().options.namespace_ == "ns");
}

}  // namespace
}  // namespace windlass::watched_resource_test
