// Decides whether an answer is due to the object that was written, or to the API server (C-012).
#pragma once

#include "kubeclient/transport/transport.h"

namespace windlass {

// Returns true if the answer to a write may be due to the written object alone, and so says nothing
// about the server. It is a 429, 500 or 503 in JSON (a metav1.Status). Possible causes:
//   - 500: the object is too large for etcd, or the API server cannot call a webhook.
//   - 429, 503: a webhook chose that code for its denial.
//   - 429: a PodDisruptionBudget refuses an eviction (C-019).
// Returns false for a read, and for a 429 in plain text: that comes from a filter in front of the
// handlers, because the API server is overloaded or shutting down.
bool MayBeAboutTheObject(HttpMethod method, const HttpResponse& response);

}  // namespace windlass
