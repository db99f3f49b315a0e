// What the library shows to programs that link it; all else is hidden.
#pragma once

#define TOLLWAY_API __attribute__((visibility("default")))
// A part of something shown that is not.
#define TOLLWAY_INTERNAL __attribute__((visibility("hidden")))
