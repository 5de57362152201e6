/** @jsxRuntime automatic @jsxImportSource react */
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { useRestore } from "./use_sidewinder.js";

function App() {
  const [image, setImage] = useState("photo.png");
  const { progress, url, error } = useRestore(image);
  return (
    <main>
      <input type="file" accept="image/*" onChange={({ target }) => setImage(target.files[0])} />
      <progress value={progress} />
      {error && <p role="alert">{error.message}</p>}
      {url && <img src={url} alt="The photo, twice as large" />}
    </main>
  );
}

createRoot(document.querySelector("#app")).render(<App />);
