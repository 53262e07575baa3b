#include "kubeclient/client/about_the_object.h"

namespace windlass {

bool MayBeAboutTheObject(HttpMethod method, const HttpResponse& response) {
  if (method == HttpMethod::kGet || !response.content_type.starts_with("application/json")) {
    return false;
  }
  return response.status == 429 || response.status == 500 || response.status == 503;
}

}  // namespace windlass
