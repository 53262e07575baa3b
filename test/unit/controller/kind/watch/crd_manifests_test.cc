// The manifests of crds/, and what the programs know of them: no CustomResourceDefinition is
// forgotten, and each has the revision that the programs need.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "cmd/kubectl-windlass/installed_crd.h"
#include "cmd/windlass/controllers.h"
#include "test/catch.h"
#include "test/proves.h"

namespace windlass::kind::crd_manifests_test {
namespace {

using Paths = std::set<std::string>;

std::string TextOf(std::string_view path) {
  std::ifstream file(WINDLASS_ROOT "/" + std::string(path));
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST_CASE("kubectl-windlass and the controllers know every CustomResourceDefinition of crds/") {
  const std::string kustomization = TextOf("crds/kustomization.yaml");
  Paths manifests;
  for (const auto& file : std::filesystem::directory_iterator(WINDLASS_ROOT "/crds")) {
    const std::string name = file.path().filename();
    if (name == "kustomization.yaml") continue;
    CAPTURE(name);
    CHECK(kustomization.find("\n  - " + name + "\n") != std::string::npos);
    manifests.insert("crds/" + name);
  }
  Paths of_plugin;
  for (const NeededCrd* crd : cli::NeededCrds()) {
    of_plugin.insert(std::string(crd->resource.manifest));
  }
  Paths of_controllers;
  for (const ControllerEntry& entry : Controllers()) {
    if (entry.custom_kind) of_controllers.insert(std::string(entry.custom_kind->manifest));
  }
  CHECK(of_plugin == manifests);
  CHECK(of_controllers == manifests);
}

TEST_CASE("the manifest has the revision that this program needs, and the role may read it") {
  const NeededCrd& crd = *GENERATE(from_range(cli::NeededCrds()));
  CAPTURE(NameOf(crd));
  const std::string annotation =
      "\n    " + std::string(kCrdRevisionKey) + ": \"" + std::to_string(crd.revision) + "\"\n";
  CHECK(TextOf(crd.resource.manifest).find(annotation) != std::string::npos);
  CHECK(TextOf(crd.rights).find("    resourceNames: [" + NameOf(crd) + "]\n    verbs: [get]\n") !=
        std::string::npos);
  Proves("RO-101 RC-24");
}

}  // namespace
}  // namespace windlass::kind::crd_manifests_test
