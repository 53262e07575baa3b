#include "controller/runtime/shared_informer.h"

namespace windlass {

std::string AnyInformer::Trouble() const {
  if (!given_up_.empty()) return {};
  if (!reflector().trouble().empty() || HasSynced()) return reflector().trouble();
  return std::string(reflector().options().resource.plural) +
         ": the first list is not complete yet";
}

}  // namespace windlass
