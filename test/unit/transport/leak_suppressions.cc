// What the leak checker must not report: OpenSSL's state of the library's network threads, which
// live until the process ends; its copy of a proxy's credentials, lost with each tunnel (its issue
// 1808). Named narrowly (hence whole call stacks), so that our own leaks
// still show.
//
// Used by AddressSanitizer's runtime alone; without it nobody calls these.
extern "C" const char* __asan_default_options();
extern "C" const char* __lsan_default_suppressions();

extern "C" const char* __asan_default_options() { return "fast_unwind_on_malloc=0"; }

extern "C" const char* __lsan_default_suppressions() {
  return "leak:ERR_clear_error\n"
         "leak:ERR_new\n"
         "leak:RAND_get0_public\n"
         "leak:RAND_get0_private\n"
         "leak:ssl_proxy_tunnel::start_proxy_connect\n";
}
