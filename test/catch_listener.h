// The base class of listeners to a run of Catch2, of either version (test/catch.h). Only one file
// of a program includes this.
#pragma once

#include <string>

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_case_info.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
#else
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>
#endif

namespace windlass {

#if __has_include(<catch2/catch_test_macros.hpp>)
using CatchListener = Catch::EventListenerBase;
inline const std::string& NameOf(const Catch::TestCaseStats& stats) { return stats.testInfo->name; }
#else
using CatchListener = Catch::TestEventListenerBase;
inline const std::string& NameOf(const Catch::TestCaseStats& stats) { return stats.testInfo.name; }
#endif

}  // namespace windlass
