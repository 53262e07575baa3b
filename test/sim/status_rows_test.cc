// The Rollouts by which tools and docs are judged are those that Windlass writes.
#include "test/sim/status_rows.h"

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "test/catch.h"
#include "test/proves.h"

namespace windlass::sim::status_rows_test {
namespace {

TEST_CASE("tools and docs are judged on statuses that Windlass writes (RO-156)") {
  const std::vector<StatusRow> rows = PlayStatusRows();
  std::ostringstream stored;
  stored << std::ifstream(WINDLASS_CONDITIONS_DIR "/rows.json").rdbuf();
  const Json read = Json::parse(stored.str(), nullptr, /*allow_exceptions=*/false);
  std::map<std::string, Json> stored_rows;
  if (read.is_object()) {
    for (const Json& row : read["rows"]) {
      Json& object = stored_rows[row["name"]] = read["healthy"];
      object.merge_patch(row["changes"]);
    }
  }
  INFO(
      "if the change is meant: cmake --build build/release --target status_rows && "
      "build/release/test/sim/status_rows test/conditions/rows.json");
  for (const StatusRow& row : rows) {
    CAPTURE(row.name);
    CHECK(stored_rows[row.name].dump(1) == row.object->dump(1));
  }
  CHECK(stored_rows.size() == rows.size());
  CHECK(stored.str() == TextOf(rows));
  Proves("RO-156");
}

TEST_CASE("the rows have every phase, and Ready needs an available Pod (RO-150)") {
  std::set<std::string> phases;
  for (const auto& [name, object] : PlayStatusRows()) {
    CAPTURE(name);
    phases.insert(TextAt(*object, {"status", "phase"}));
    const bool ready = TextAt(ConditionOf(*object, "Ready"), {"status"}) == "True";
    const bool has_pods = IntAt(*object, {"status", "availableReplicas"}) > 0;
    CHECK((!ready || has_pods || ReplicasOf(*object) == 0));
  }
  CHECK(phases == std::set<std::string>{"", "Aborted", "Healthy", "Paused", "Progressing",
                                        "RolledBack", "Stalled"});
  Proves("RO-150");
}

}  // namespace
}  // namespace windlass::sim::status_rows_test
