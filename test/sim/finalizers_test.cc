// What the modelled API server makes of the patches of a finalizer, on a Rollout.
#include "controller/kind/finalizers.h"

#include <string>
#include <vector>

#include "kubeclient/client/client.h"
#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/sim/world.h"

namespace windlass::sim::finalizers_test {
namespace {

using kind::Finalizers;
using Texts = std::vector<std::string>;

const std::string kOurs = "windlass.dev/anchor";

struct Fixture {
  Fixture() { world.Apply(SampleRollout("web")); }

  Object Stored() const { return world.Owner("web", resources::kRollouts); }
  ObjectMeta Meta() const {
    ObjectMeta meta;
    meta.namespace_ = "default";
    meta.name = "web";
    meta.uid = *Uid::Parse(UidOf(*Stored()));
    return meta;
  }
  Texts Names() const {
    const Json& names = At(*Stored(), {"metadata", "finalizers"});
    return names.is_array() ? names.get<Texts>() : Texts();
  }
  Finalizers Seen() const {
    const Texts names = Names();
    return Finalizers({names.begin(), names.end()});
  }
  int Send(const Request& request) {
    const HttpRequest http = ToHttp(request, "windlass");
    return world.api().Handle(http, "windlass").status;
  }
  void SetNames(const Json& names) {
    world.Edit("web", {{"metadata", {{"finalizers", names}}}}, resources::kRollouts);
  }

  World world{1};
};

TEST_CASE_METHOD(Fixture, "a finalizer is added once, beside those of others") {
  CHECK(Send(Seen().Add(resources::kRollouts, Meta(), kOurs)) == 200);
  CHECK(Names() == Texts{kOurs});
  SetNames({"a.org/x"});
  CHECK(Send(Seen().Add(resources::kRollouts, Meta(), kOurs)) == 200);
  CHECK(Names() == Texts{"a.org/x", kOurs});
}

TEST_CASE_METHOD(Fixture, "a patch that was decided on another list changes nothing") {
  const Request add = Seen().Add(resources::kRollouts, Meta(), kOurs);
  SetNames({"a.org/x"});
  CHECK(Send(add) == 422);
  CHECK(Names() == Texts{"a.org/x"});
  SetNames({"a.org/x", kOurs});
  const Request remove = Seen().Remove(resources::kRollouts, Meta(), kOurs);
  SetNames({kOurs, "a.org/x"});
  CHECK(Send(remove) == 422);
  CHECK(Names() == Texts{kOurs, "a.org/x"});
}

TEST_CASE_METHOD(Fixture, "a deleted object goes with its last finalizer") {
  REQUIRE(Send(Seen().Add(resources::kRollouts, Meta(), kOurs)) == 200);
  world.api().Delete("user", {resources::kRollouts, "default", "web"});
  REQUIRE(Stored() != nullptr);
  CHECK(Send(Seen().Remove(resources::kRollouts, Meta(), kOurs)) == 200);
  CHECK(Stored() == nullptr);
}

}  // namespace
}  // namespace windlass::sim::finalizers_test
