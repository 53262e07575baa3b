#include "cmd/kubectl-windlass/installed_crd.h"

#include <nlohmann/json.hpp>

#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/kind.h"
#include "cmd/kubectl-windlass/requests.h"
#include "kubeclient/base/parse_whole.h"

namespace windlass::cli {

std::vector<const kind::NeededCrd*> NeededCrds() {
  std::vector<const kind::NeededCrd*> crds;
  for (const Kind& kind : Kinds()) {
    if (kind.crd != nullptr) crds.push_back(kind.crd);
  }
  return crds;
}

Result<int64_t> InstalledRevision(Session& session, const kind::NeededCrd& crd) {
  WINDLASS_TRY(const Json read,
               ReadObject(session, {resources::kCustomResourceDefinitions, "", NameOf(crd)}));
  return ParseWhole<int64_t>(AnnotationOf(read, kind::kCrdRevisionKey)).value_or(0);
}

std::string WhyUnseen(Session& session, const ResourceId& resource, std::string otherwise) {
  for (const kind::NeededCrd* crd : NeededCrds()) {
    if (crd->resource != resource) continue;
    const Result<int64_t> installed = InstalledRevision(session, *crd);
    if (!installed.ok() || *installed >= crd->revision) continue;
    return "CustomResourceDefinition " + NameOf(*crd) + ' ' + OlderText(*crd, *installed);
  }
  return otherwise;
}

}  // namespace windlass::cli
