#include "controller/count/kept_size.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "kubeclient/api/json_value.h"
#include "kubeclient/base/fill.h"

namespace windlass {

std::function<Status(std::string_view reply)> CheckSize(const ResourceId& resource,
                                                        const ObjectKey& key, int32_t replicas,
                                                        std::string_view remedy) {
  return [resource, key, replicas, remedy = std::string(remedy)](std::string_view reply) -> Status {
    const auto kept = CountAt(ParseJson(reply), "/spec/replicas");
    if (!kept || *kept == replicas) return Unit{};
    return Error{ErrorKind::kInvalid,
                 Fill("the API server keeps {} at {} Pods, although it accepted {} Pods from "
                      "Windlass. Find the mutating admission policy or webhook that changes "
                      "spec.replicas, and {}",
                      ObjectText(resource, key), *kept, replicas, remedy)};
  };
}

}  // namespace windlass
