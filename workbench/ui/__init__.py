"""What the hand touches: pages, panels, dialogs and the parts they are made of. Qt lives here."""
