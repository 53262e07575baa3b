// The words of a script.
#include "test/sim/script.h"

#include <stdexcept>

#include "test/catch.h"

namespace windlass::sim::script_test {
namespace {

TEST_CASE("A script is steps of words and fields") {
  const Script script = ParseScript("roll", R"(# Two steps.
apply web replicas=3 annotation.example.org/why="a #1 image"  # why not
+ scale web 4

  label-replicaset web revision=2 track=
differs ^replicaset: we are better
differs[rollout] ^annotation: a Rollout has none
writes-more because
)");
  CHECK(script.name == "roll");
  REQUIRE(script.steps.size() == 2);
  const ScriptStep& both = script.steps[0];
  CHECK(both.line == 2);
  CHECK(both.text ==
        "apply web replicas=3 annotation.example.org/why=\"a #1 image\" + scale web 4");
  REQUIRE(both.actions.size() == 2);
  const ScriptAction& apply = both.actions[0];
  CHECK(apply.verb == "apply");
  CHECK(apply.words == std::vector<std::string>{"web"});
  CHECK(apply.Field("replicas") == "3");
  CHECK(apply.Field("annotation.example.org/why") == "a #1 image");
  CHECK(apply.Field("image") == std::nullopt);
  CHECK(both.actions[1].words == std::vector<std::string>{"web", "4"});
  const ScriptStep& label = script.steps[1];
  CHECK(label.line == 5);
  CHECK(label.actions[0].fields[1] == std::pair<std::string, std::string>("track", ""));
  CHECK(label.differs == std::vector<std::string>{"^replicaset"});
  CHECK(label.differs_as_rollout == std::vector<std::string>{"^annotation"});
}

TEST_CASE("What is no script is refused with its line") {
  const auto complaint = [](const std::string& text) -> std::string {
    try {
      ParseScript("bad", text);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  };
  CHECK(complaint("apply web\napply \"web") == "line 2: a quote that does not end");
  CHECK(complaint("differs x: y") == "line 1: no step before it");
  CHECK(complaint("differs[rollout] x: y") == "line 1: no step before it");
  CHECK(complaint("+ scale web 1") == "line 1: no step before it");
  CHECK(complaint("apply web\ndiffers x") == "line 2: no reason is given");
  CHECK(complaint("# nothing\n") == "line 1: a script without steps");
}

}  // namespace
}  // namespace windlass::sim::script_test
