#include "kubeclient/client/about_the_object.h"

namespace windlass {

bool MayBeAboutTheObject(HttpMethod method, const HttpResponse& response) {
  if (method == HttpMethod::kGet || !response.content_type.starts_with("application/json")) {
    return false;
  }
  switch (response.status) {
    case 429:
    case 500:
    case 503: return true;
    default: return false;
  }
}

}  // namespace windlass
