/** The page does the work: a service worker has no workers of its own, and must be one file. */
chrome.action.onClicked.addListener(() => chrome.tabs.create({ url: "page.html" }));
