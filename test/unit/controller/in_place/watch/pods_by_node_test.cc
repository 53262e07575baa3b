// The index of Pods by node against a look at every Pod, in every order of changes and relists.
#include "controller/in_place/watch/pods_by_node.h"

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "test/property.h"
#include "test/support/replace_all.h"

namespace windlass::pods_by_node_test {
namespace {

constexpr int kPods = 6;
constexpr int kNodes = 3;

std::string NodeOf(uint32_t choice) {
  const uint32_t node = choice % (kNodes + 1);
  return node == kNodes ? "" : "node-" + std::to_string(node);  // "" = not scheduled
}

struct Fixture {
  Pod PodOf(uint32_t choice) {
    Pod pod;
    pod.meta.namespace_ = "shop";
    pod.meta.name = "web-" + std::to_string(choice % kPods);
    pod.meta.uid = Uid{choice / kPods % 2 + 1, choice % kPods};  // another Pod of the same name
    pod.meta.resource_version = {std::to_string(++version)};
    pod.node_name = symbols.Intern(NodeOf(choice / (kPods * 2)));
    return pod;
  }

  void Step(uint32_t choice) {
    const uint32_t more = choice / 4;
    switch (choice % 4) {
      case 0:
      case 1: static_cast<void>(pods.Apply(PodOf(more))); return;
      case 2: {
        const Pod gone = PodOf(more);
        static_cast<void>(
            pods.ApplyDelete(KeyOf(gone.meta), gone.meta.uid, gone.meta.resource_version));
        return;
      }
      default: Relist(more);
    }
  }
  void Relist(uint32_t choice) {
    Listing<Pod> listing;
    for (uint32_t i = 0; i < kPods; ++i) {
      if ((choice >> i & 1U) == 0) continue;
      Pod pod = PodOf(choice / 64 * kPods + i);
      const ObjectKey key = KeyOf(pod.meta);
      listing.insert_or_assign(key, pods.ToList(std::move(pod)));
    }
    ReplaceAll(pods, std::move(listing), {std::to_string(++version)});
  }
  void Check() const {
    for (uint32_t i = 0; i <= kNodes; ++i) {
      const std::string node = NodeOf(i);
      std::set<const Pod*> expected;
      pods.ForEach([&](const Pod& pod) {
        if (!node.empty() && pod.node_name == node) expected.insert(&pod);
      });
      const auto found = by_node.On(node);
      RC_ASSERT(std::set<const Pod*>(found.begin(), found.end()) == expected);
      RC_ASSERT(found.size() == expected.size());
    }
  }

  SymbolTable symbols;
  int version = 0;
  Store<Pod> pods;
  PodsByNode by_node{pods};
};

TEST_CASE("The index has the Pods of a node that a look at every Pod finds") {
  CheckProperty("any order of changes", [](const std::vector<uint32_t>& choices) {
    Fixture fixture;
    for (const uint32_t choice : choices) {
      fixture.Step(choice);
      fixture.Check();
    }
  });
}

}  // namespace
}  // namespace windlass::pods_by_node_test
