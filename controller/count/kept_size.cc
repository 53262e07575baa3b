#include "controller/count/kept_size.h"

#include <optional>

#include "kubeclient/api/json_reader.h"
#include "kubeclient/base/fill.h"

namespace windlass {
namespace {

// Returns spec.replicas of `object`; nullopt if `object` is not JSON, or has no such number.
// Decodes nothing else, because a reply may have megabytes, and the cache that stores the reply
// decodes all of it anyway.
std::optional<int32_t> SizeIn(std::string_view object) {
  JsonReader in;
  std::optional<int32_t> size;
  in.Begin(object);
  in.Object([&](std::string_view key) {
    if (key != "spec") return;
    in.Object([&](std::string_view member) {
      if (member == "replicas") size = in.Int32();
    });
  });
  return in.End().ok() ? size : std::nullopt;
}

}  // namespace

std::function<Status(std::string_view reply)> CheckSize(const ResourceId& resource,
                                                        const ObjectKey& key, int32_t replicas,
                                                        std::string_view remedy) {
  return [resource, key, replicas, remedy = std::string(remedy)](std::string_view reply) -> Status {
    const std::optional<int32_t> kept = SizeIn(reply);
    if (!kept || *kept == replicas) return Unit{};
    return Error{ErrorKind::kInvalid,
                 Fill("the API server keeps {} at {} Pods, although it accepted a request for {} "
                      "Pods. Find the mutating admission policy or webhook that changes "
                      "spec.replicas, and {}",
                      ObjectText(resource, key), *kept, replicas, remedy)};
  };
}

}  // namespace windlass
