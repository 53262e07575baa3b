// The store keeps beside a ReplicaSet what its former versions said (Told).
#include "kubeclient/api/replica_set.h"
#include "kubeclient/cache/store.h"
#include "test/catch.h"
#include "test/support/replace_all.h"

namespace windlass::told_test {
namespace {

const ObjectKey kKey{Symbol("ns"), "web-1"};
const Uid kUid{0, 1};

ReplicaSet Sized(const char* version, int64_t generation, int32_t size) {
  ReplicaSet rs;
  rs.meta.namespace_ = kKey.namespace_;
  rs.meta.name = kKey.name;
  rs.meta.uid = kUid;
  rs.meta.resource_version = {version};
  rs.meta.generation = generation;
  rs.replicas = size;
  return rs;
}

TEST_CASE("the sizes a ReplicaSet was told are carried from version to version") {
  Store<ReplicaSet> store;
  const auto largest = [&] { return store.Find(kKey)->told.largest; };
  store.Apply(Sized("11", 1, 10));
  const bool by_fold = GENERATE(false, true);
  if (by_fold) store.Fold(Sized("12", 2, 8));
  if (!by_fold) store.Apply(Sized("12", 2, 8));
  CHECK(largest() == 10);

  SECTION("a list skips generations") {
    Listing<ReplicaSet> listing;
    listing.emplace(kKey, store.ToList(Sized("15", 5, 3)));
    ReplaceAll(store, std::move(listing), {"16"});
    CHECK(largest() == 10);
    CHECK_FALSE(store.Find(kKey)->told.known);
  }
  SECTION("Pods are counted") {
    store.Amend(kKey, kUid, [](ReplicaSet& rs) { NoteCounted(rs, 9); });
    CHECK(largest() == 9);
    store.Amend(kKey, {0, 2}, [](ReplicaSet& rs) { NoteCounted(rs, 12); });
    CHECK(largest() == 9);
  }
  SECTION("another object has the name") {
    store.ApplyDelete(kKey, kUid, {"13"});
    store.Apply(Sized("14", 1, 2));
    CHECK(largest() == 2);
  }
}

}  // namespace
}  // namespace windlass::told_test
